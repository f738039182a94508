"""What the package exports, when it loads what, and what all of its pictures have in common."""

import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

import nn
from nn.plots.style import LINE_COLORS, halo, ink, line_styles, paper, tinted


def test_every_name_is_there_and_in_dir():
    for name in nn.plots.__all__:
        assert getattr(nn.plots, name) is not None and name in dir(nn.plots)
    with pytest.raises(AttributeError, match=r"'nn\.plots' has no attribute 'no_such_plot'"):
        nn.plots.no_such_plot  # noqa: B018


def test_no_public_name_is_that_of_a_file():
    """Importing the file would put the module in the place of the function."""
    files = {path.stem for path in Path(nn.plots.__file__).parent.glob("*.py")}
    assert files.isdisjoint(nn.plots.__all__)


@pytest.mark.parametrize("code", ["import nn", "import nn.plots", "import nn.plots; dir(nn.plots)"])
def test_importing_loads_neither_numpy_nor_matplotlib(code):
    check = f"{code}; import sys; sys.exit(any(name in sys.modules for name in ('numpy', 'matplotlib')))"
    assert subprocess.run([sys.executable, "-c", check], timeout=60).returncode == 0


@pytest.mark.parametrize(
    ("missing", "use", "needs"),
    [
        ("matplotlib", "nn.plots.contour", "nn.plots needs the extra 'plot'"),
        (
            "sklearn",
            "nn.plots.decision_boundary(nn.MLP(2, [1]), [[0, 0]], [0])",
            "nn.plots.decision_boundary needs the extra 'sklearn'",
        ),
    ],
)
def test_a_missing_library_is_named_with_the_command_that_installs_it(missing, use, needs):
    code = f"import sys; sys.modules[{missing!r}] = None; import nn; {use}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert needs in result.stderr.splitlines()[-1] and "pip install" in result.stderr


def luminance(color):
    """Relative, as the contrast of WCAG 2.1 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_read_on_every_shade_of_a_map(style):
    ax = plt.figure().add_subplot()
    shades = tinted("viridis", ax, 0.55)
    assert min(contrast(ink(ax), shades(i)) for i in range(256)) > 3.0
    assert contrast(ink(ax), paper(ax)) == pytest.approx(21.0)


@pytest.mark.parametrize("color", LINE_COLORS)
@pytest.mark.parametrize("background", ["white", "black"])
def test_lines_can_be_seen_on_white_and_on_black(color, background):
    assert contrast(color, background) > 2.0


def test_transparent_axes_have_the_paper_that_their_text_needs():
    ax = plt.figure().add_subplot(facecolor="none")
    assert paper(ax) == (1.0, 1.0, 1.0)
    ax.xaxis.label.set_color("white")
    assert paper(ax) == (0.0, 0.0, 0.0) and len(halo(ax)) == 1


def test_six_lines_have_six_of_everything():
    looks = [look for look, _ in zip(line_styles(), range(6), strict=False)]
    for key in ("color", "linestyle", "marker"):
        assert len({str(look[key]) for look in looks}) == 6
