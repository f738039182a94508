"""`python -m nn`: train a network on the moons and draw what it learned, down to one neuron's gradients."""

from __future__ import annotations

import argparse
import random
import sys
from importlib.util import find_spec
from pathlib import Path

import autograd
from autograd import draw_dot, trace
from nn.data import Points, moons
from nn.layers import MLP
from nn.losses import max_margin
from nn.metrics import accuracy
from nn.optim import SGD
from nn.schedules import LinearLR
from nn.train import fit, predict


def main(arguments: list[str] | None = None) -> int:
    """Train, print the loss and the accuracy, write the pictures; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"python -m nn: cannot write to {options.out}: {error.strerror}", file=sys.stderr)
        return 2
    random.seed(options.seed)
    X, classes = moons(options.samples, noise=options.noise, seed=options.seed)
    y = [2 * c - 1 for c in classes]
    model = MLP(2, [16, 16, 1])
    print(f"training {len(model.parameters())} parameters of MLP(2, [16, 16, 1]) on {len(X)} moons")
    optimizer = SGD(model.parameters(), lr=1.0)
    history = fit(
        model,
        X,
        y,
        loss="max_margin",
        l2=1e-4,
        optimizer=optimizer,
        callbacks=[LinearLR(optimizer, start_factor=1.0, end_factor=0.1, total_iters=options.epochs)],
        epochs=options.epochs,
        metrics=["accuracy"],
    )
    right = sum(accuracy(output, target) for output, target in zip(predict(model, X), y, strict=True))
    print(f"before training: loss {history['loss'][0]:.4f}, accuracy {history['accuracy'][0]:.0%}")
    print(f"after training:  loss {history['loss'][-1]:.4f}, accuracy {right / len(X):.0%}")
    draw_boundary(model, X, y, options.out / "moons.png")
    draw_neuron(model, X, y, options.out / "neuron.svg")
    return 0


def draw_boundary(model: MLP, X: Points, y: list[int], path: Path) -> None:
    """Write the decision boundary as a picture, if matplotlib is there."""
    if not find_spec("matplotlib"):
        print("no decision boundary: it needs matplotlib, pip install 'scalar-autograd[plot]'")
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from nn.plots import decision_boundary

    figure = Figure(figsize=(6, 5), layout="constrained")
    decision_boundary(model, X, y, ax=FigureCanvasAgg(figure).figure.add_subplot())
    figure.savefig(path, dpi=150)
    print(f"wrote {path}: the decision boundary")


def draw_neuron(model: MLP, X: Points, y: list[int], path: Path) -> None:
    """Write the graph of the neuron that the loss is most sensitive to, with the gradients of the loss."""
    x, target = min(zip(X, y, strict=True), key=lambda sample: predict(model, [sample[0]])[0] * sample[1])
    loss = max_margin(model(x), target)
    loss.backward()
    outputs = {node.scope: node for node in trace(loss)[0] if node.scope.startswith("layer 1/")}
    scope, neuron = max(outputs.items(), key=lambda item: abs(item[1].grad))
    drawing = draw_dot(neuron, color=True, local_derivatives=True)
    drawing.render(outfile=path, cleanup=True)
    print(f"wrote {path}: {scope}, with the gradient of the loss at every node, for the hardest sample")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nn", description=__doc__.partition(": ")[2].capitalize())
    parser.add_argument("--epochs", type=_positive, default=100, help="training steps (default: 100)")
    parser.add_argument("--samples", type=_positive, default=100, help="points in the moons (default: 100)")
    parser.add_argument("--noise", type=float, default=0.1, help="standard deviation of the points (default: 0.1)")
    parser.add_argument("--seed", type=int, default=1337, help="of the points and the weights (default: 1337)")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the pictures (default: this one)")
    parser.add_argument("--version", action="version", version=f"scalar-autograd {autograd.__version__}")
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a positive integer, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
