"""How large the gradients are in each layer of a network, to see whether they vanish on their way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd import extra, mean
from nn.engines import WORTH
from nn.losses import LOSSES
from nn.module import Module
from nn.plots.style import axes_for, counted, ink, legend_below, line_styles, small
from nn.refusals import NotCompiled, require_llvm
from nn.samples import Sample, weighed
from nn.settings import by_name

with extra("plot", "nn.plots"):
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.ticker import MaxNLocator


def gradient_sizes(
    models: Module | Mapping[str, Module],
    X: Iterable[Any],
    y: Iterable[Any],
    loss: Any = "mse",
    ax: Axes | None = None,
    *,
    reference: float | None = None,
    weights_only: bool = False,
) -> Axes:
    """The mean size of the gradients in each layer, for one model or several, on a logarithmic scale.

    Where a line falls by orders of magnitude to the left the gradient vanishes: the layers next to the input
    hardly learn. The gradients are those of the mean loss over the samples; they stay in the models'
    parameters.

    Args:
        models: a model, or a dict of them by name.
        X: the samples, as for `fit`.
        y: their targets.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value.
        ax: the matplotlib Axes to draw on; by default the current ones.
        reference: a factor, such as 0.25, the largest derivative of a sigmoid: a line shows how gradients
            fall if each layer multiplies them by it. The line starts at the last layer of the first model.
        weights_only: count only the weights of neurons, neither biases nor the parameters of a normalisation.

    Returns:
        The Axes. A layer whose gradients are all exactly zero has a cross at the lower edge.

    Raises:
        ValueError: if there are no models or no samples, X and y differ in length, or a model has no
            parameters.
    """
    named = {"": models} if isinstance(models, Module) else dict(models)
    if not named:
        raise ValueError("gradient_sizes needs at least one model, got none")
    samples = weighed(X, y)
    sizes = {}
    for name, model in named.items():
        backpropagate(model, samples, loss)
        sizes[name] = mean_gradients(model, weights_only)
        if not sizes[name]:
            raise ValueError(f"no {'weights of neurons' if weights_only else 'parameters'} in {model!r:.80}")
    ax = axes_for(ax)
    lines = {name: np.array(list(by_layer.values())) for name, by_layer in sizes.items()}
    for (name, line), look in zip(lines.items(), line_styles(), strict=False):
        ax.plot(range(1, len(line) + 1), np.where(line > 0.0, line, np.nan), **look, label=name or None)
    deepest = max(map(len, lines.values()))
    if reference is not None:
        line = next(iter(lines.values()))
        fall = line[-1] * reference ** np.arange(len(line) - 1, -1, -1.0)
        ax.plot(
            range(1, len(line) + 1), fall, color=ink(ax), alpha=0.6, linewidth=1, linestyle=(0, (2, 3)),
            label=f"{reference:g}$^k$, $k$ layers before the last",
        )  # fmt: skip
    _finish(ax, lines, deepest, list(next(iter(sizes.values()))) if len(named) == 1 else None)
    return ax


def _finish(ax: Axes, lines: Mapping[str, Any], deepest: int, names: list[str] | None) -> None:
    ax.set_yscale("log")
    bottom = ax.get_ylim()[0]
    for line, look in zip(lines.values(), line_styles(), strict=False):
        zero = np.flatnonzero(line == 0.0) + 1
        if len(zero):
            look |= {"marker": "x", "linestyle": ""}
            ax.plot(zero, [bottom] * len(zero), **look, clip_on=False, markersize=9, markeredgewidth=2)
    ax.set_ylim(bottom=bottom)
    ax.set(xlabel="layer, from the input to the output", ylabel="mean |gradient|")
    ax.grid(color=(*ink(ax), 0.15), linewidth=0.6)
    explained = bool(ax.get_legend_handles_labels()[1])
    if names is None or deepest > 12:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if explained:
            legend_below(ax, 3)
    else:
        words = [counted(name) for name in names]
        ax.set_xticks(range(1, deepest + 1), words, rotation=30, ha="right", rotation_mode="anchor")
        if explained:  # below the Axes stand the slanting names
            ax.legend(loc="best", framealpha=0.85, fontsize=small())


def backpropagate(model: Any, samples: list[Sample], loss: Any) -> None:
    """Leave the gradients of the mean loss over samples in the parameters of a model.

    For many samples a program computes them, as a training would, where there can be one.
    """
    measure = by_name("loss", loss, LOSSES)
    try:
        _by_program(model, samples, measure)
    except NotCompiled:
        _on_a_graph(model, samples, measure)


def _by_program(model: Any, samples: list[Sample], measure: Any) -> None:
    parameters = model.parameters()
    if len(parameters) * len(samples) < WORTH:
        raise NotCompiled("so little work is done before it is compiled")
    require_llvm()
    from nn.loss_programs import Programs  # needs numpy
    from nn.rows import Rows

    program = Programs(model, measure, parameters, samples, Rows(samples), None, False).training
    program()
    _, sums = program.outputs
    for parameter, total in zip(parameters, sums.tolist(), strict=True):
        parameter.grad = total / len(samples)


def _on_a_graph(model: Any, samples: list[Sample], measure: Any) -> None:
    state = model.state_dict()
    outputs = model.batch([sample.x for sample in samples])
    model.load_state_dict(state)  # the running averages are again what they were
    losses = [measure(output, sample.target) for output, sample in zip(outputs, samples, strict=True)]
    model.zero_grad()
    mean(losses).backward()


def mean_gradients(model: Module, weights_only: bool = False) -> dict[str, float]:
    """The mean size of the gradients that the parameters of each layer have now.

    Args:
        model: whose gradients are read.
        weights_only: count only the weights of neurons, neither biases nor the parameters of a normalisation.

    Returns:
        The mean absolute gradient by the name of the layer, which is the beginning of a parameter's name:
        'layers.0.neurons.2.w.1' belongs to 'layers.0'.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], seed=0)
    >>> model([1.0, 2.0]).backward()
    >>> list(mean_gradients(model))
    ['layers.0', 'layers.1']
    """
    layers: dict[str, list[float]] = {}
    for name, parameter in model.named_parameters():
        if not weights_only or name.split(".")[-2:-1] == ["w"]:
            layers.setdefault(layer_of(name), []).append(abs(parameter.grad))
    return {layer: sum(sizes) / len(sizes) for layer, sizes in layers.items()}


def layer_of(name: str) -> str:
    """The layer that a parameter belongs to: its name up to the first index of a list of modules.

    A parameter outside of such lists belongs to its own name, without the indices at its end.

    >>> layer_of("layers.0.neurons.2.w.1"), layer_of("net.layers.1.gain"), layer_of("query.3.0")
    ('layers.0', 'net.layers.1', 'query')
    """
    parts = name.split(".")
    while len(parts) > 1 and parts[-1].isdigit():
        parts.pop()
    indices = [i for i, part in enumerate(parts) if part.isdigit()]
    return ".".join(parts[: indices[0] + 1] if indices else parts)
