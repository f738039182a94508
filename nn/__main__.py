"""`python -m nn`: train a network on the moons and draw what it learned, down to one neuron's gradients."""

from __future__ import annotations

import argparse
import random
import sys
from importlib.util import find_spec
from pathlib import Path

import autograd
from autograd import Value, draw_dot, trace
from nn.data import Points, moons
from nn.layers import MLP
from nn.metrics import accuracy
from nn.optim import SGD
from nn.prediction import predict
from nn.schedules import LinearLR
from nn.train import fit


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
    draw_neuron(model, X, options.out / "neuron.svg")
    return 0


def draw_boundary(model: MLP, X: Points, y: list[int], path: Path) -> None:
    """Write the decision boundary as a picture, if matplotlib and scikit-learn are installed."""
    if not (find_spec("matplotlib") and find_spec("sklearn")):
        extras = "'scalar-autograd[plot,sklearn]'"
        print(f"no decision boundary: it needs matplotlib and scikit-learn, pip install {extras}")
        return
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from nn.plots import decision_boundary

    figure = Figure(figsize=(6, 5), layout="constrained")
    decision_boundary(model, X, y, ax=FigureCanvasAgg(figure).figure.add_subplot())
    figure.savefig(path, dpi=150)
    print(f"wrote {path}: the decision boundary")


def draw_neuron(model: MLP, X: Points, path: Path) -> None:
    """Write the graph of a neuron of the first layer, for the sample that is nearest to the boundary.

    It is the neuron with the largest gradient of the network's output by one of its parameters. The gradients
    in the picture are those of the output through this neuron alone, so that they fit the local derivatives
    there.
    """
    sample = min(X, key=lambda x: abs(predict(model, [x])[0]))
    model.zero_grad()
    out = model(sample)
    assert isinstance(out, Value), "the network has one output"
    out.backward()
    neurons = model.layers[0].neurons
    chosen = max(range(len(neurons)), key=lambda i: max(abs(p.grad) for p in neurons[i].parameters()))
    scope = f"layer 1/neuron {chosen + 1}"
    upstream = next(node.grad for node in reversed(trace(out)[0]) if node.scope == scope)
    model.zero_grad()
    neuron = neurons[chosen](sample)
    (upstream * neuron).backward()
    draw_dot(neuron, color=True, local_derivatives=True).render(outfile=path, cleanup=True)
    print(f"wrote {path}: {scope}, with the gradient of the network's output at every node")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nn", description=__doc__.partition(": ")[2].capitalize())
    parser.add_argument(
        "--epochs", type=_positive, default=100, help="how many training steps (default: %(default)s)"
    )
    parser.add_argument(
        "--samples", type=_positive, default=100, help="how many points (default: %(default)s)"
    )
    parser.add_argument(
        "--noise",
        type=_deviation,
        default=0.1,
        help="standard deviation of the points (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=1337, help="of the points and weights (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, default=Path(), help="folder for the pictures (default: this one)"
    )
    parser.add_argument("--version", action="version", version=f"scalar-autograd {autograd.__version__}")
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a positive integer, got {text!r}")
    return int(text)


def _deviation(text: str) -> float:
    try:
        noise = float(text)
    except ValueError:
        noise = -1.0
    if not 0 <= noise < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a noise of zero or more, got {text!r}")
    return noise


if __name__ == "__main__":
    sys.exit(main())
