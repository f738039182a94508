"""A figure of what a node costs, against the size of the graph it is part of."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

from tests.benchmarks.engines import ENGINES
from tests.benchmarks.measure import PATIENCE, Outcome, measure
from tests.benchmarks.report import heading

SIZES = (300, 900, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
# Colours of Okabe and Ito, "Color Universal Design" (2008), which colour-blind readers tell apart too; the
# markers tell the same without colour.
STYLES = {
    "autograd": ("#0072B2", "o"),
    "micrograd": ("#D55E00", "s"),
    "slots": ("#E69F00", "^"),
    "minigrad": ("#009E73", "D"),
    "xad": ("#CC79A7", "v"),
    "torch": ("#000000", "P"),
}
Curves = dict[str, dict[int, float]]  # engine -> nodes -> ns a node


def curves(rounds: int) -> Curves:
    """Every engine up to the largest graph that it can do, and can do in less than `PATIENCE` seconds."""
    measured: Curves = {name: {} for name in STYLES}
    able = [name for name in STYLES if not ENGINES[name].missing()]
    for nodes in SIZES:
        # Five of the largest: the first two find what memory the graphs of a process need.
        outcomes = measure("chain", nodes, rounds if nodes <= 100_000 else min(rounds, 5), able)
        for name, outcome in outcomes.items():
            if outcome.numbers:
                measured[name][nodes] = outcome.total
        able = [name for name in able if goes_on(outcomes[name], nodes)]
    return {name: points for name, points in measured.items() if points}


def goes_on(outcome: Outcome, nodes: int) -> bool:
    """Whether the engine could do this size, and could do three times as much in time."""
    return bool(outcome.numbers) and 1e-9 * outcome.total * 3 * nodes < PATIENCE


def draw(measured: Curves, file: Path) -> None:
    """Write the figure; its name ends with its format, such as `.svg`."""
    import matplotlib.pyplot as plt

    # Seven inches fill the column of a page, so the text keeps the size that it is given here.
    with plt.rc_context({"font.size": 10, "axes.spines.right": False, "axes.spines.top": False}):
        figure, axes = plt.subplots(figsize=(7, 4.8), layout="constrained")
        dearest_first = sorted(measured.items(), key=lambda curve: -list(curve[1].values())[-1])
        for name, points in dearest_first:
            colour, marker = STYLES[name]
            axes.plot(
                list(points), list(points.values()), color=colour, marker=marker, linewidth=2, label=name
            )
        axes.set(xscale="log", yscale="log")
        axes.set_xlabel("graph size (nodes)")
        axes.set_ylabel("build + backward (ns a node)")
        axes.set_title("A chain of x*a, +b, **2, relu; a line ends where its engine does")
        axes.grid(which="major", color="0.88")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        figure.supxlabel("\n".join(wrap(heading(), 95)), fontsize=9, color="0.35")
        figure.savefig(file)
        plt.close(figure)
