"""The base of everything that has parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograd import Value


class Module:
    """Finds the parameters in its attributes, in lists, tuples and dicts of them, and in other modules.

    A parameter is a Value that was not computed from others. Each is found once, in the order in which the
    attributes were first set.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.offsets = [Value(0.5), Value(1.5)]
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offsets.0', 'offsets.1']
    """

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
        return list(_parameters_in("", vars(self), set()))

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero, as each step must before its backward pass."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """The number in every parameter, by name.

        Raises:
            ValueError: if two parameters have the same name, as under the keys 1 and '1' of a dict.

        >>> from nn import Neuron
        >>> list(Neuron(2).state_dict())
        ['w.0', 'w.1', 'b']
        """
        named = self.named_parameters()
        state = {name: parameter.data for name, parameter in named}
        if len(state) < len(named):
            raise ValueError("two parameters have the same name: the keys of a dict must differ as strings")
        return state

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every parameter to the number that stands under its name.

        Raises:
            ValueError: if names are missing or unknown; then no parameter has changed.
            TypeError: if an entry is not a number; then no parameter has changed.
        """
        parameters = dict(self.named_parameters())
        missing = [name for name in parameters if name not in state]
        unknown = [name for name in state if name not in parameters]
        if missing or unknown:
            raise ValueError(
                f"the state does not fit this {type(self).__name__}: "
                f"missing {_few(missing)}, unknown {_few(unknown)}"
            )
        numbers = {name: Value(state[name]).data for name in parameters}
        for name, parameter in parameters.items():
            parameter.data = numbers[name]

    def summary(self) -> str:
        """A table of the parts of this module and how many parameters each has.

        >>> from nn import MLP
        >>> print(MLP(2, [3, 1]).summary())
        part      module                  parameters
        layers.0  Layer of 3 ReLU (2)              9
        layers.1  Layer of 1 Linear (3)            4
        total                                     13
        """
        rows = [
            (name, part.describe(), len(part.parameters()))
            for name, part in _modules_in("", vars(self), {id(self)})
            if part.parameters()
        ]
        total = len(self.parameters())
        wide = max(len("part"), len("total"), *(len(name) for name, _, _ in rows), 0)
        broad = max(len("module"), *(len(text) for _, text, _ in rows), 0)
        lines = [f"{'part':{wide}}  {'module':{broad}}  parameters"]
        lines += [f"{name:{wide}}  {text:{broad}}  {count:10,}" for name, text, count in rows]
        lines += [f"{'total':{wide}}  {'':{broad}}  {total:10,}"]
        return "\n".join(lines)

    def describe(self) -> str:
        """What `summary` calls this module."""
        return type(self).__name__


def _parameters_in(path: str, found: Any, seen: set[int]) -> Iterator[tuple[str, Value]]:
    if isinstance(found, (Value, Module, dict, list, tuple)):
        if id(found) in seen:
            return
        seen.add(id(found))
    if isinstance(found, Value) and not found._prev:
        yield path, found
    for name, inner in _entries(found):
        yield from _parameters_in(f"{path}.{name}" if path else name, inner, seen)


def _modules_in(path: str, found: Any, seen: set[int]) -> Iterator[tuple[str, Module]]:
    for name, inner in _entries(found):
        inner_path = f"{path}.{name}" if path else name
        if id(inner) in seen:
            continue
        seen.add(id(inner))
        if isinstance(inner, Module):
            yield inner_path, inner
        else:
            yield from _modules_in(inner_path, inner, seen)


def _entries(found: Any) -> list[tuple[str, Any]]:
    if isinstance(found, Module):
        return list(vars(found).items())
    if isinstance(found, dict):
        return [(str(key), inner) for key, inner in found.items()]
    if isinstance(found, (list, tuple)):
        return [(str(index), inner) for index, inner in enumerate(found)]
    return []


def _few(names: list[str]) -> str:
    return (", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")) or "none"
