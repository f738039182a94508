"""A neuron, a layer of neurons, a network of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import autograd
from autograd import Operation, Value, each_in_scope, scope
from nn.arguments import described
from nn.init import INITS, Init, Seed, random_source
from nn.module import Module
from nn.sample import Calls, as_inputs, neuron, unwrapped
from nn.settings import by_name, checked

Activation = Callable[[Value], Value]


def linear(x: Value) -> Value:
    """The identity, for a neuron whose output is the weighted sum itself."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "relu": autograd.relu,
    "leaky_relu": autograd.leaky_relu,
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "sigmoid": autograd.sigmoid,
    "tanh": autograd.tanh,
}

_SHOWN = {"relu": "ReLU", "gelu": "GELU", "elu": "ELU", "silu": "SiLU", "leaky_relu": "LeakyReLU"}


class Neuron(Module):
    """activation(b + w[0]*x[0] + w[1]*x[1] + ...): the activation of a weighted sum of the inputs.

    Args:
        nin: how many inputs.
        nonlin: False for a linear neuron, whatever the activation.
        activation: a name of `ACTIVATIONS`, or a function of a Value.
        init: a name of `nn.init.INITS`, or a function (rng, nin, nout) -> weight. The bias starts at zero.
        seed: an int or a random.Random; None draws from the module `random`.
        nout: how many neurons share the inputs; some inits depend on it.

    Attributes:
        w: the weights, a Value for each input.
        b: the bias, a Value.

    Raises:
        ValueError: if a number of neurons or inputs is below one, or a name is unknown.
        TypeError: if the seed, the activation or the init is none of these.

    >>> neuron = Neuron(2, activation="tanh", seed=1)
    >>> neuron
    TanhNeuron(2)
    >>> neuron([1.0, -2.0])
    Value(data=-0.9716503888845075, grad=0.0)
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        activation: str | Activation = "relu",
        init: str | Init = "uniform",
        seed: Seed = None,
        nout: int = 1,
    ) -> None:
        draw, rng = by_name("init", init, INITS), random_source(seed)
        nin, nonlin, nout = checked("Neuron", {"nin": nin, "nonlin": nonlin, "nout": nout}).values()
        weights = [checked("Neuron", {"init": draw(rng, nin, nout)})["init"] for _ in range(nin)]
        self.w = [Value(weight, label=f"w{i}") for i, weight in enumerate(weights, 1)]
        self.b = Value(0.0, label="b")
        self.nonlin = nonlin
        chosen = activation_by_name(activation)
        self.activation = chosen if nonlin else linear

    def __call__(self, x: Iterable[Value | float]) -> Value:
        """The output for one sample of `nin` numbers or Values.

        Raises:
            ValueError: if there are more or fewer.
            TypeError: if it is not a sequence of numbers.
        """
        out: Value = neuron(self.w, x, self.b, self.activation, self)
        return out

    def describe(self) -> str:
        return f"{self.kind} ({len(self.w)})"

    @property
    def kind(self) -> str:
        """The name of the activation as it is shown."""
        return activation_name(self.activation)

    def __repr__(self) -> str:
        return f"{self.kind}Neuron({len(self.w)})"


_CALLS, _USUAL = Calls(Neuron), Neuron.__call__


class Layer(Module):
    """Neurons side by side on the same inputs; the output of a single one is not wrapped in a list.

    Args:
        nin: how many inputs.
        nout: how many neurons.
        nonlin, activation, init, seed: as for `Neuron`.

    Attributes:
        neurons: the neurons, in order.

    Raises:
        ValueError, TypeError: as for `Neuron`.

    >>> layer = Layer(2, 3, activation="tanh", seed=1)
    >>> len(layer.parameters()), [round(out.data, 3) for out in layer([1.0, -2.0])]
    (9, [-0.972, 0.906, 0.191])
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        nonlin: bool = True,
        activation: str | Activation = "relu",
        init: str | Init = "uniform",
        seed: Seed = None,
    ) -> None:
        rng, sizes = random_source(seed), checked("Layer", {"nin": nin, "nout": nout})
        self.nin, nout = sizes["nin"], sizes["nout"]
        self.neurons: list[Neuron] = []
        for i in range(1, nout + 1):
            with scope(f"neuron {i}"):
                self.neurons.append(Neuron(self.nin, nonlin, activation, init, rng, nout))

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The outputs for one sample of `nin` numbers or Values: a list of `nout` Values, or a single Value.

        Raises:
            ValueError, TypeError: as for `Neuron`.
        """
        calls = _CALLS if Neuron.__call__ is _USUAL else None
        return unwrapped(each_in_scope("neuron", self.neurons, as_inputs(x, self.nin, self), calls))

    def describe(self) -> str:
        return f"Layer of {len(self.neurons)} {self.neurons[0].kind} ({self.nin})"

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class MLP(Module):
    """A multilayer perceptron: layers one after the other, the last one linear unless told otherwise.

    Args:
        nin: how many inputs.
        nouts: how many neurons in each layer.
        activation: of the hidden layers, a name of `ACTIVATIONS` or a function of a Value.
        output: the activation of the last layer.
        init, seed: as for `Neuron`.

    Attributes:
        layers: the layers, in order.

    Raises:
        ValueError, TypeError: as for `Neuron`; ValueError if there are no layers.

    >>> import random
    >>> random.seed(1337)
    >>> model = MLP(2, [16, 16, 1])
    >>> len(model.parameters())
    337
    >>> model([0.5, -0.5])
    Value(data=-0.4622584932316083, grad=0.0)
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: str | Activation = "relu",
        output: str | Activation = "linear",
        init: str | Init = "uniform",
        seed: Seed = None,
    ) -> None:
        nin, nouts = checked("MLP", {"nin": nin, "nouts": nouts}).values()
        sizes, rng = [nin, *nouts], random_source(seed)
        hidden, final = activation_by_name(activation), activation_by_name(output, "output")
        self.layers: list[Layer] = []
        for i in range(1, len(sizes)):
            chosen = final if i == len(sizes) - 1 else hidden
            with scope(f"layer {i}"):
                self.layers.append(Layer(sizes[i - 1], sizes[i], chosen is not linear, chosen, init, rng))

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The output for one sample of `nin` numbers: a Value, or a list if the last layer has several.

        Raises:
            ValueError, TypeError: as for `Neuron`.
        """
        out: Value | list[Value] = as_inputs(x, self.layers[0].nin, self)
        for i, layer in enumerate(self.layers, 1):
            with scope(f"layer {i}"):
                out = layer(out if isinstance(out, list) else [out])
        return out

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(repr, self.layers))}]"


def activation_by_name(given: str | Activation, role: str = "activation") -> Activation:
    """An activation by its name in `ACTIVATIONS`; a function of a Value is returned as it is.

    Args:
        given: the name or the function.
        role: the argument that it was given as; the error names it.

    Raises:
        ValueError: if there is no activation of that name.
        TypeError: if it is neither a name nor a function of a Value.
    """
    if isinstance(given, Module):
        raise TypeError(
            f"{role} is a name, such as 'tanh', or a function of a Value, got {described(given)}; "
            "modules stand one after another in nn.Sequential"
        )
    return by_name(role, given, ACTIVATIONS)


def activation_name(activation: Activation) -> str:
    """The name of an activation as it is shown: 'ReLU', 'Tanh'; for an object without a name, its type's."""
    names = [name for name, function in ACTIVATIONS.items() if function is activation]
    if isinstance(activation, Operation):
        names.append(activation.name)
    name: str = names[0] if names else getattr(activation, "__name__", type(activation).__name__)
    return _SHOWN.get(name, name[:1].upper() + name[1:])
