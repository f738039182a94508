"""Pictures of gradient descent, backpropagation, models and training, with matplotlib (the `plot` extra).

A function draws on the Axes that it is given as `ax`, by default the current ones, and returns them. Where
computing takes longer than drawing, it is a step of its own: `descend` computes a path, `LossLandscape` keeps
its heights. A figure is at most 7 inches wide, so that its text can be read in a notebook and on a page;
`panels` makes one for several pictures.

The pictures take the colours of text and background from the style in use, so they can be read on white and
under `plt.style.use("dark_background")`; lines differ in dashes and markers as well as in colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nn.plots.activation_curves import activations
    from nn.plots.boundary import decision_boundary
    from nn.plots.comparison import optimizer_paths
    from nn.plots.convergence import behaviour, converged, oscillates
    from nn.plots.credit import credit_assignment, credit_shares
    from nn.plots.descent import Path, descend
    from nn.plots.flow import backpropagation_flow
    from nn.plots.history import training_history
    from nn.plots.landscape import LossLandscape
    from nn.plots.layer_gradients import gradient_sizes, mean_gradients
    from nn.plots.plane import contour, surface
    from nn.plots.rates import learning_rates
    from nn.plots.style import CLASS_COLORS, panels

__all__ = [
    "CLASS_COLORS", "LossLandscape", "Path", "activations", "backpropagation_flow", "behaviour", "contour",
    "converged", "credit_assignment", "credit_shares", "decision_boundary", "descend", "gradient_sizes",
    "learning_rates", "mean_gradients", "optimizer_paths", "oscillates", "panels",
    "surface", "training_history",
]  # fmt: skip

# Loaded when they are first used: `import nn` needs neither numpy nor matplotlib.
_LATER = {
    "nn.plots.activation_curves": ("activations",),
    "nn.plots.boundary": ("decision_boundary",),
    "nn.plots.comparison": ("optimizer_paths",),
    "nn.plots.convergence": ("behaviour", "converged", "oscillates"),
    "nn.plots.credit": ("credit_assignment", "credit_shares"),
    "nn.plots.descent": ("Path", "descend"),
    "nn.plots.flow": ("backpropagation_flow",),
    "nn.plots.history": ("training_history",),
    "nn.plots.landscape": ("LossLandscape",),
    "nn.plots.layer_gradients": ("gradient_sizes", "mean_gradients"),
    "nn.plots.plane": ("contour", "surface"),
    "nn.plots.rates": ("learning_rates",),
    "nn.plots.style": ("CLASS_COLORS", "panels"),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            globals()[name] = getattr(import_module(module), name)
            return globals()[name]
    raise AttributeError(f"module 'nn.plots' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
