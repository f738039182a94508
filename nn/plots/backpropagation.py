"""One sample through a network of fully connected layers: every number of both passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value, as_values, gradient
from nn.layers import MLP, Layer
from nn.losses import LOSSES
from nn.module import Module
from nn.settings import by_name

Matrix = list[list[float]]


@dataclass
class Pass:
    """What backpropagation computes for one sample, layer by layer; layer 0 is the input.

    Attributes:
        loss: the loss of the output.
        activations: the inputs, then the activations of each layer's neurons.
        output_gradients: the gradient of the loss by each activation of the last layer.
        deltas: the gradient of the loss by each neuron's weighted sum z, from layer 1 on.
        weights: weights[l][j][i] leads from neuron i of layer l to neuron j of layer l + 1.
        gradients: the gradient of the loss by each of these weights.
        flows: what flows back along each connection: weight times delta, a part of neuron i's gradient.
    """

    loss: float
    activations: Matrix
    output_gradients: list[float]
    deltas: Matrix
    weights: list[Matrix]
    gradients: list[Matrix]
    flows: list[Matrix]

    @property
    def sizes(self) -> list[int]:
        """How many neurons there are in each layer, the inputs first."""
        return [len(numbers) for numbers in self.activations]

    @property
    def shares(self) -> list[Matrix]:
        """The size of each weight's gradient as a share of that of all weights together."""
        total = sum(abs(g) for matrix in self.gradients for row in matrix for g in row) or 1.0
        return [[[abs(g) / total for g in row] for row in matrix] for matrix in self.gradients]


def backpropagated(model: Module, x: Iterable[float], target: Any, loss: Any) -> Pass:
    """The passes of one sample; no `grad` in the model changes.

    Args:
        model: made of fully connected layers.
        x: one sample.
        target: what the loss takes.
        loss: a name of `nn.LOSSES`, or a function (output, target) -> Value.

    Raises:
        ValueError: if there is no loss of that name.
        TypeError: if the model is not made of fully connected layers alone.
    """
    inputs: list[Any] = as_values(x)
    out: list[Any] = inputs
    layers, activations = dense_layers(model), [inputs]
    for layer in layers:
        result = layer(out)
        out = result if isinstance(result, list) else [result]
        activations.append(out)
    measure = by_name("loss", loss, LOSSES)
    total: Value = measure(out[0] if len(out) == 1 else out, target)
    weights = [[neuron.w for neuron in layer.neurons] for layer in layers]
    # The bias is a term of the weighted sum z, so the gradient by one is the gradient by the other.
    deltas = gradient(total, [[neuron.b for neuron in layer.neurons] for layer in layers])
    numbers = [[[w.data for w in neuron] for neuron in layer] for layer in weights]
    return Pass(
        total.data,
        [[a.data for a in layer] for layer in activations],
        gradient(total, out),
        deltas,
        numbers,
        gradient(total, weights),
        [
            [[w * delta for w in neuron] for neuron, delta in zip(layer, below, strict=True)]
            for layer, below in zip(numbers, deltas, strict=True)
        ],
    )


def dense_layers(model: Module) -> Sequence[Layer]:
    """The layers of an MLP, of a sequence of layers, or of a single layer.

    Raises:
        TypeError: if the model has other parts.
    """
    if isinstance(model, Layer):
        return [model]
    parts: Any = model.layers if isinstance(model, MLP) else model
    listed = list(parts) if hasattr(parts, "__iter__") else []
    if not listed or not all(isinstance(part, Layer) for part in listed):
        raise TypeError(
            f"only networks of fully connected layers can be drawn neuron by neuron, such as nn.MLP; "
            f"got {model!r:.80}"
        )
    return listed
