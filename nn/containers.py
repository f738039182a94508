"""Modules made of modules: one after the other, or with a connection that skips one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, overload

from autograd import Value, current_scope, scope
from nn.arguments import described, listed
from nn.layers import Activation, activation_by_name, activation_name
from nn.module import Module
from nn.sample import as_inputs, unwrapped


class Sequential(Module):
    """Modules one after the other, each on the outputs of the one before.

    A batch goes through each of them as a whole, so that a `BatchNorm` sees all samples. In drawings the
    modules and their parameters are in the scopes 'layer 1', 'layer 2' and so on.

    Args:
        modules: the modules in order. An activation by itself is given as a name of `nn.ACTIVATIONS` or as a
            function of a Value, and becomes an `Elementwise`.

    Attributes:
        layers: the modules, in order.

    Raises:
        ValueError: if there is no activation of a name.
        TypeError: if something is neither a module nor an activation.

    >>> from nn import BatchNorm, Layer
    >>> model = Sequential(Layer(2, 3, nonlin=False), BatchNorm(3), "tanh", Layer(3, 1, nonlin=False))
    >>> len(model), model[1]
    (4, BatchNorm(3, eps=1e-05, momentum=0.1))
    >>> print(model.summary())
    part      module                   parameters
    layers.0  Layer of 3 Linear (2)             9
    layers.1  BatchNorm (3)                     6
    layers.2  Tanh                              0
    layers.3  Layer of 1 Linear (3)             4
    total                                      19
    """

    def __init__(self, *modules: Module | str | Activation) -> None:
        self.layers = [as_module(module) for module in modules]
        placed: set[Value] = set()
        for i, layer in enumerate(self.layers, 1):
            parameters = layer.parameters()
            _move((p for p in parameters if p not in placed), f"layer {i}")
            placed.update(parameters)

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The outputs of the last module for one sample: a list, or one Value."""
        return self.batch([x])[0]

    def batch(self, samples: Iterable[Any]) -> list[Value | list[Value]]:
        """The outputs of the last module for each sample of a batch."""
        rows: list[Any] = [
            unwrapped(as_inputs(sample, None, self)) for sample in listed(self.describe(), "samples", samples)
        ]
        for i, layer in enumerate(self.layers, 1):
            with scope(f"layer {i}"):
                rows = layer.batch([_listed(row) for row in rows])
        return rows

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Module:
        if not isinstance(index, slice):
            return self.layers[index]
        part = Sequential()
        part.layers = self.layers[index]  # their parameters keep the places that they have
        return part

    def describe(self) -> str:
        return f"Sequential of {len(self)}"

    def __repr__(self) -> str:
        shown = [f"({i}): {layer!r}".replace("\n", "\n  ") for i, layer in enumerate(self)]
        return "\n  ".join(["Sequential(", *shown]) + "\n)"


class Residual(Module):
    """x + module(x): the module only learns what is to be added to its input.

    The derivative of the sum by x is 1 plus the derivative of the module, so a gradient reaches the layers
    before it even where the module's derivative is tiny (He, Zhang, Ren and Sun, "Deep residual learning for
    image recognition", 2015).

    Args:
        module: a module with as many outputs as inputs; or an activation, as for `Sequential`.

    Raises:
        ValueError, TypeError: as for `Sequential`.

    >>> from nn import Layer
    >>> Residual(Layer(2, 2, init=lambda rng, nin, nout: 1.0))([1.0, 2.0])
    [Value(data=4.0, grad=0.0), Value(data=5.0, grad=0.0)]
    """

    def __init__(self, module: Module | str | Activation) -> None:
        self.module = as_module(module)
        _move(self.module.parameters(), "residual")

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The sums for one sample: a list, or one Value if there is one input."""
        return self.batch([x])[0]

    def batch(self, samples: Iterable[Any]) -> list[Value | list[Value]]:
        """The sums for the samples of a batch.

        Raises:
            ValueError: if the module has more or fewer outputs than inputs.
        """
        rows = [as_inputs(sample, None, self) for sample in listed(self.describe(), "samples", samples)]
        with scope("residual"):
            outputs = [_listed(out) for out in self.module.batch(rows)]
            return [self._sum(row, out) for row, out in zip(rows, outputs, strict=True)]

    def _sum(self, x: list[Value], out: list[Value]) -> Any:
        if len(x) != len(out):
            raise ValueError(
                f"{self.describe()} adds {len(x)} inputs to {len(out)} outputs; "
                "the module inside must have as many outputs as inputs"
            )
        return unwrapped([a + b for a, b in zip(x, out, strict=True)])

    def describe(self) -> str:
        return f"Residual of {self.module.describe()}"

    def __repr__(self) -> str:
        return f"Residual({self.module!r})"


class Elementwise(Module):
    """A function of one Value, such as an activation, applied to every number of a sample.

    Args:
        function: a name of `nn.ACTIVATIONS` or a function of a Value.

    Raises:
        ValueError: if there is no activation of that name.
        TypeError: if it is neither a name nor a function of a Value.

    >>> Elementwise("relu")([-1.0, 2.0])
    [Value(data=0.0, grad=0.0), Value(data=2.0, grad=0.0)]
    """

    def __init__(self, function: str | Activation) -> None:
        self.function = activation_by_name(function)

    def __call__(self, x: Iterable[Value | float]) -> Value | list[Value]:
        """The outputs for one sample: a list, or one Value if there is one number."""
        inputs = as_inputs(x, None, self)
        with scope(self.describe()):
            return unwrapped([self.function(number) for number in inputs])

    def describe(self) -> str:
        return activation_name(self.function)

    def __repr__(self) -> str:
        return f"Elementwise({self.describe()})"


def as_module(given: Module | str | Activation) -> Module:
    """A module as it is, an activation as a module.

    Raises:
        ValueError: if there is no activation of that name.
        TypeError: if it is neither a module nor an activation.
    """
    if isinstance(given, Module):
        return given
    if isinstance(given, type) or not (isinstance(given, str) or callable(given)):
        raise TypeError(
            "expected a module, such as Layer(2, 3), or an activation, such as 'tanh'; "
            f"got {described(given)}{'; give them one by one' if isinstance(given, (list, tuple)) else ''}"
        )
    return Elementwise(given)


def _move(parameters: Iterable[Value], place: str) -> None:
    """Put parameters into a scope inside the one that is open, as if they had been made there."""
    outside = current_scope()
    for parameter in parameters:
        inner = "" if parameter.scope == outside else parameter.scope.removeprefix(f"{outside}/")
        parameter.scope = "/".join(name for name in (outside, place, inner) if name)


def _listed(out: Any) -> Any:
    return [out] if isinstance(out, Value) else out
