"""What pytest says at the start of a run."""

import autograd


def pytest_report_header() -> str:
    kind = "compiled" if autograd.native else "interpreted"
    return f"autograd {autograd.__version__}, {kind}: {autograd.__file__}"
