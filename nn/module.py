"""The base of everything that has parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from autograd import Value, as_float


class Buffer(list[float]):
    """Numbers that belong to the state of a module but are not trained, such as running averages.

    They are saved and loaded together with the parameters, but are not among them.
    """


class Module:
    """Finds the parameters in its attributes, in lists, tuples and dicts of them, and in other modules.

    A parameter is a Value that was not computed from others. Each is found once, in the order in which the
    attributes were first set.

    Attributes:
        training: True if it computes as in training, False as in use, where the two differ; see `train`.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.offsets = [Value(0.5), Value(1.5)]
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offsets.0', 'offsets.1']
    """

    training: bool = True

    def batch(self, samples: Iterable[Any]) -> list[Any]:
        """The outputs for many samples, in order, each computed by itself.

        A module that looks at all samples together overrides this, as `BatchNorm` does; so does one that
        holds such a module, as `Sequential` and `Residual` do.
        """
        call: Any = self
        return [call(x) for x in samples]

    def train(self, mode: bool = True) -> Self:
        """Put this module and all inside into training mode, or with False into evaluation mode.

        `Dropout` and `BatchNorm` do in training what they must not do when the model is used.

        Args:
            mode: True for training mode, False for evaluation mode.

        Returns:
            The module itself.
        """
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Put this module and all inside into evaluation mode; returns the module itself."""
        return self.train(False)

    def modules(self) -> list[Module]:
        """This module and all modules inside, each once."""
        return [found for _, found in _walk(self) if isinstance(found, Module)]

    def parameters(self) -> list[Value]:
        """All parameters, in a fixed order."""
        if type(self).named_parameters is not Module.named_parameters:
            return [parameter for _, parameter in self.named_parameters()]
        found: dict[int, Value] = {}  # the same walk without the names, which cost more than the rest
        seen: set[int] = set()
        waiting: list[Any] = [self]
        while waiting:
            item = waiting.pop()
            if isinstance(item, Value):
                if not item._prev:
                    found[id(item)] = item
            elif isinstance(item, (Module, dict, list, tuple)) and id(item) not in seen:
                seen.add(id(item))
                inner = vars(item) if isinstance(item, Module) else item
                waiting.extend(reversed(inner.values() if isinstance(inner, dict) else inner))
        return list(found.values())

    def named_parameters(self) -> list[tuple[str, Value]]:
        """All parameters with the path that leads to each, such as 'layers.0.neurons.2.w.1'."""
        return [(path, found) for path, found in _walk(self) if isinstance(found, Value) and not found._prev]

    def buffers(self) -> list[Buffer]:
        """All buffers, in a fixed order."""
        return [buffer for _, buffer in self.named_buffers()]

    def named_buffers(self) -> list[tuple[str, Buffer]]:
        """All buffers with the path that leads to each, such as 'layers.1.running_mean'."""
        return [(path, found) for path, found in _walk(self) if isinstance(found, Buffer)]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero, as each step must before its backward pass."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """Every number in the parameters, then in the buffers, by name.

        Raises:
            ValueError: if two of them have the same name, as under the keys 1 and '1' of a dict.

        >>> from nn import Neuron
        >>> list(Neuron(2).state_dict())
        ['w.0', 'w.1', 'b']
        """
        named = [(name, parameter.data) for name, parameter in self.named_parameters()]
        for name, buffer in self.named_buffers():
            named += [(f"{name}.{i}", number) for i, number in enumerate(buffer)]
        state = dict(named)
        if len(state) < len(named):
            raise ValueError("two parameters have the same name: the keys of a dict must differ as strings")
        return state

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every number in the parameters and buffers to the one that the state has under its name.

        Args:
            state: numbers by name, as `state_dict()` gives them.

        Raises:
            ValueError: if names are missing or unknown; then nothing has changed.
            TypeError: if an entry is not a number; then nothing has changed.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unknown = [name for name in state if name not in own]
        if missing or unknown:
            raise ValueError(
                f"the state does not fit this {type(self).__name__}: "
                f"missing {few(missing)}, unknown {few(unknown)}"
            )
        numbers = {name: as_float(state[name]) for name in own}
        for name, parameter in self.named_parameters():
            parameter.data = numbers[name]
        for name, buffer in self.named_buffers():
            buffer[:] = [numbers[f"{name}.{i}"] for i in range(len(buffer))]

    def summary(self) -> str:
        """A table of the parts of this module and how many parameters each has.

        >>> from nn import MLP
        >>> print(MLP(2, [3, 1]).summary())
        part      module                  parameters
        layers.0  Layer of 3 ReLU (2)              9
        layers.1  Layer of 1 Linear (3)            4
        total                                     13
        """
        parts = [(path, part) for path, part in _walk(self, into_modules=False) if isinstance(part, Module)]
        rows = [(path, part.describe(), len(part.parameters())) for path, part in parts[1:]]
        total = len(self.parameters())
        wide = max(len("part"), len("total"), *(len(name) for name, _, _ in rows), 0)
        broad = max(len("module"), *(len(text) for _, text, _ in rows), 0)
        lines = [f"{'part':{wide}}  {'module':{broad}}  parameters"]
        lines += [f"{name:{wide}}  {text:{broad}}  {count:10,}" for name, text, count in rows]
        lines += [f"{'total':{wide}}  {'':{broad}}  {total:10,}"]
        return "\n".join(lines)

    def describe(self) -> str:
        """What `summary` and errors call this module."""
        return type(self).__name__


def outputs_of(model: Module | Callable[[Any], Any], samples: Iterable[Any]) -> list[Any]:
    """The outputs of a model for samples.

    Args:
        model: a module, whose `batch` is given them all; or any other function, which is called for each.
        samples: in the form that the model takes.

    >>> outputs_of(lambda x: x[0] + x[1], [[1.0, 2.0], [3.0, 4.0]])
    [3.0, 7.0]
    """
    return model.batch(samples) if isinstance(model, Module) else [model(x) for x in samples]


@contextmanager
def in_mode(model: Module | Callable[[Any], Any], training: bool) -> Iterator[None]:
    """A block in which a module is in one mode; afterwards each part of it has the mode that it had before.

    Args:
        model: a module; any other function has no modes, and is left alone.
        training: True for training mode, False for evaluation mode.

    >>> from nn import Dropout
    >>> dropout = Dropout(1.0)
    >>> with in_mode(dropout, training=False):
    ...     dropout([2.0]).data
    2.0
    >>> dropout([2.0]).data
    0.0
    """
    before = [(part, part.training) for part in model.modules()] if isinstance(model, Module) else []
    for part, _ in before:
        part.training = training
    try:
        yield
    finally:
        for part, was in before:
            part.training = was


def _walk(root: Module, into_modules: bool = True) -> Iterator[tuple[str, Any]]:
    """Everything in a module, each thing once, with the path that leads to it; the module itself first.

    Args:
        root: where to start.
        into_modules: also look inside the modules that are found.
    """
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        path, found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield path, found
        if into_modules or found is root or not isinstance(found, Module):
            inside = [(f"{path}.{name}" if path else name, inner) for name, inner in _entries(found)]
            waiting.extend(reversed(inside))


def _entries(found: Any) -> list[tuple[str, Any]]:
    if isinstance(found, Module):
        return list(vars(found).items())
    if isinstance(found, dict):
        return [(str(key), inner) for key, inner in found.items()]
    if isinstance(found, (list, tuple)) and not isinstance(found, Buffer):
        return [(str(index), inner) for index, inner in enumerate(found)]
    return []


def few(names: list[str]) -> str:
    """The first three of some names, for an error.

    >>> few(["w.0", "w.1", "w.2", "b"]), few([])
    ('w.0, w.1, w.2 and 1 more', 'none')
    """
    return (", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")) or "none"
