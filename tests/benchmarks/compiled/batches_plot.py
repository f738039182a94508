"""A figure of compiled functions at many points: how many times as long as C they take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap

from tests.benchmarks.compiled import STRICT
from tests.benchmarks.measure import Outcome
from tests.benchmarks.report import heading

# Colours of Okabe and Ito, as in the other figure; the markers tell the same without colour.
STYLES = {
    "autograd.jit": ("#0072B2", "o"),
    "numba": ("#E69F00", "^"),
    "symengine": ("#D55E00", "s"),
    "drjit": ("#CC79A7", "v"),
    "jax": ("#009E73", "D"),
    "casadi, C": ("#56B4E9", "P"),
    "casadi": ("#56B4E9", "p"),
    "numpy": ("#666666", "X"),
    "torch": ("#000000", "*"),
}
Ratios = dict[str, dict[str, float]]  # work -> peer -> times C


def ratios(batches: Mapping[str, Mapping[str, Outcome]]) -> Ratios:
    """The time of every peer that could be measured, in units of that of C."""
    found: Ratios = {}
    for case, outcomes in batches.items():
        times = {name: outcome.total for name, outcome in outcomes.items() if outcome.numbers}
        if STRICT in times:
            found[case] = {name: time / times[STRICT] for name, time in times.items()}
    return found


def draw(measured: Ratios, file: Path) -> None:
    """Write the figure; its name ends with its format, such as `.svg`."""
    import matplotlib.pyplot as plt

    with plt.rc_context({"font.size": 10, "axes.spines.right": False, "axes.spines.top": False}):
        figure, axes = plt.subplots(figsize=(7, 0.55 * len(measured) + 1.6), layout="constrained")
        axes.axvline(1, color="0.35", linewidth=1)
        axes.annotate("C by hand", (1, -0.55), (4, 0), textcoords="offset points", color="0.35", fontsize=9)
        for name, (colour, marker) in STYLES.items():
            points = [(found[name], row) for row, found in enumerate(measured.values()) if name in found]
            size, above = (110, 4) if name == "autograd.jit" else (45, 3)
            if points:
                x, y = zip(*points, strict=True)
                axes.scatter(x, y, size, colour, marker=marker, label=name, zorder=above)
        axes.set(xscale="log", ylim=(len(measured) - 0.5, -0.65), yticks=range(len(measured)))
        axes.set_yticklabels(measured)
        axes.set_xlabel("time in units of strict C's, less is better")
        axes.set_title("Value and gradient at many points", loc="left", fontsize=10, pad=14)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.grid(color="0.9")
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        figure.supxlabel("\n".join(wrap(f"{heading()}; one core", 88)), fontsize=9, color="0.35")
        figure.savefig(file)
        plt.close(figure)
