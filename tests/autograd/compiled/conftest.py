"""Both backends, for tests of what does not depend on which one runs."""

import pytest

from autograd.compiled import version
from autograd.compiled.backend import NumpyRunner


@pytest.fixture(params=["llvm", "numpy"])
def backend(request, monkeypatch):
    """What runs the programs that the test compiles."""
    if request.param == "numpy":
        monkeypatch.setattr(version, "runner", NumpyRunner)
    return request.param
