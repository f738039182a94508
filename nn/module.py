"""The base of everything that has parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self, TypeVar

from autograd import Value
from nn.arguments import described, few, listed
from nn.contents import Buffer, Contents, contents, things_in
from nn.modes import Mode, all_in_mode
from nn.optim.arithmetic import zero
from nn.state import State, number
from nn.usual import usual_contents

T = TypeVar("T", covariant=True)


class Model(Protocol[T]):
    """What computes outputs of one type, each for a sample: a module, to a type checker."""

    def __call__(self, x: Any, /) -> T: ...
    def describe(self) -> str: ...


class Module:
    """Finds the parameters in its attributes, wherever they stand, and in other modules.

    A parameter is a Value that was made from a number, `Value(2.0)`. What an operation made is none, also
    under `no_grad()`: a module may keep its last output. Each parameter is found once, in the order in which
    the attributes were first set: in lists, tuples, deques and any other sequence, in dicts and any other
    mapping, in numpy arrays of Values, in dataclasses, and in all these inside one another.

    A Value that is not to be trained is kept in a `Buffer`, which is saved too, or detached, as in
    `self.scale = Value(2.0).detach()`, which is not saved.

    It is an error if a parameter stands only where there is no fixed order or nobody looks: in a set, in an
    attribute of the class, in an object of a class that is neither a Module nor a dataclass. What functions
    close over is not looked at.

    Attributes:
        training: True if it computes as in training, False as in use, where the two differ; see `train`.

    Raises:
        TypeError: from all methods that search, if a parameter, buffer or module stands where it is an error.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.offsets = [Value(0.5), Value(1.5)]
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offsets.0', 'offsets.1']
    """

    training: bool = Mode(True)  # type: ignore[assignment]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        default = vars(cls).get("training")
        if isinstance(default, bool):
            cls.training = Mode(default)  # type: ignore[assignment]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for one sample; a subclass says of what, and how they are computed."""
        raise NotImplementedError(f"{type(self).__name__} does not define __call__, so it computes nothing")

    def batch(self: Model[T], samples: Iterable[Any]) -> list[T]:
        """The outputs for many samples, in order, each computed by itself.

        A module that looks at all samples together overrides this, as `BatchNorm` does; so does one that
        holds such a module, as `Sequential` and `Residual` do.
        """
        return [self(x) for x in listed(self.describe(), "samples", samples)]

    def train(self, mode: bool = True) -> Self:
        """Put this module and all inside into training mode, or with False into evaluation mode.

        `Dropout` and `BatchNorm` do in training what they must not do when the model is used.

        Args:
            mode: True for training mode, False for evaluation mode.

        Returns:
            The module itself.

        Raises:
            TypeError: if the mode is not True or False.
        """
        if not isinstance(mode, bool):
            raise TypeError(f"mode is True or False, got {described(mode)}; nn.fit trains a model on samples")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Put this module and all inside into evaluation mode; returns the module itself."""
        return self.train(False)

    def modules(self) -> list[Module]:
        """This module and all modules inside, each once."""
        if usual := usual_contents(self, Module, Buffer):
            return usual[0]
        return [found for found in things_in(self, _counts, whole=Module) if isinstance(found, Module)]

    def parameters(self) -> list[Value]:
        """All parameters, in a fixed order."""
        # A subclass may freeze some by naming the others only; else no names are made: they cost the most.
        if type(self).named_parameters is not Module.named_parameters:
            return [parameter for _, parameter in self.named_parameters()]
        if usual := usual_contents(self, Module, Buffer):
            return usual[1]
        return _parameters_among(things_in(self, _counts, whole=Module))

    def named_parameters(self) -> list[tuple[str, Value]]:
        """All parameters with the path that leads to each, such as 'layers.0.neurons.2.w.1'."""
        found = self._contents()
        return found.named(_parameters_among(found.things))

    def buffers(self) -> list[Buffer[Any]]:
        """All buffers, in a fixed order."""
        return [buffer for _, buffer in self.named_buffers()]

    def named_buffers(self) -> list[tuple[str, Buffer[Any]]]:
        """All buffers with the path that leads to each, such as 'layers.1.running_mean'."""
        found = self._contents()
        return found.named(_buffers_among(found.things))

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero, as each step must before its backward pass."""
        zero(list(self.parameters()))

    def state_dict(self) -> dict[str, float]:
        """Every number in the parameters, then in the buffers, by name.

        Raises:
            ValueError: if two of them have the same name, as under the keys 1 and '1' of a dict.
            TypeError: if a buffer holds something that is no number.

        >>> from nn import Neuron
        >>> list(Neuron(2).state_dict())
        ['w.0', 'w.1', 'b']
        """
        return self._state().numbers()

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set every number in the parameters and buffers to the one that the state has under its name.

        Args:
            state: numbers by name, as `state_dict()` gives them.

        Raises:
            ValueError: if names are missing or unknown; then nothing has changed.
            TypeError: if it is no mapping, or an entry is not a number; then nothing has changed.
        """
        inside = self._state()
        own = inside.numbers() if self._inherits("state_dict") else self.state_dict()
        if not isinstance(state, Mapping):
            raise TypeError(
                "load_state_dict takes numbers by name, as state_dict() gives them, "
                f"got {described(state)}; for a file there is nn.load(model, path)"
            )
        if own.keys() != state.keys():
            missing = [name for name in own if name not in state]
            unknown = [name for name in state if name not in own]
            raise ValueError(
                f"the state does not fit this {type(self).__name__}: "
                f"missing {few(missing)}, unknown {few(unknown)}"
            )
        inside.set({name: x if type(x := state[name]) is float else number(name, x) for name in own})

    def summary(self) -> str:
        """A table of the parts of this module and how many parameters each has.

        >>> from nn import MLP
        >>> print(MLP(2, [3, 1]).summary())
        part      module                  parameters
        layers.0  Layer of 3 ReLU (2)              9
        layers.1  Layer of 1 Linear (3)            4
        total                                     13
        """
        total = len(self.parameters())
        found = self._contents(deep=False)
        parts = found.named([part for part in found.things if isinstance(part, Module)])
        rows = [(path, part.describe(), len(part.parameters())) for path, part in parts[1:]]
        wide = max(len("part"), len("total"), *(len(name) for name, _, _ in rows), 0)
        broad = max(len("module"), *(len(text) for _, text, _ in rows), 0)
        lines = [f"{'part':{wide}}  {'module':{broad}}  parameters"]
        lines += [f"{name:{wide}}  {text:{broad}}  {count:10,}" for name, text, count in rows]
        lines += [f"{'total':{wide}}  {'':{broad}}  {total:10,}"]
        return "\n".join(lines)

    def describe(self) -> str:
        """What `summary` and errors call this module."""
        return type(self).__name__

    def _contents(self, deep: bool = True) -> Contents:
        return contents(self, _counts, whole=Module, deep=deep)

    def _state(self) -> State:
        """What `named_parameters` and `named_buffers` give, of one search unless a subclass has its own."""
        if not (self._inherits("named_parameters") and self._inherits("named_buffers")):
            named = self.named_parameters()
            return State([name for name, _ in named], [p for _, p in named], self.named_buffers())
        found = self._contents()
        parameters = _parameters_among(found.things)
        return State(found.paths(parameters), parameters, found.named(_buffers_among(found.things)))

    def _inherits(self, method: str) -> bool:
        return getattr(type(self), method) is getattr(Module, method)


def _parameters_among(found: list[Any]) -> list[Value]:
    """Values that no operation made and no buffer holds; of a list, for a call for each takes longer."""
    fixed = {id(entry) for buffer in _buffers_among(found) for entry in buffer}
    return [p for p in found if type(p) is Value and not p.is_result and (not fixed or id(p) not in fixed)]


def _buffers_among(found: list[Any]) -> list[Buffer[Any]]:
    return [thing for thing in found if type(thing) is not Value and isinstance(thing, Buffer)]


def _counts(found: Any) -> bool:
    if type(found) is Value:
        return bool(_parameters_among([found]))
    return isinstance(found, (Module, Buffer))


def outputs_of(model: Module | Callable[[Any], Any], samples: Iterable[Any]) -> list[Any]:
    """The outputs of a model for samples.

    Args:
        model: a module, whose `batch` is given them all; or any other function, which is called for each.
        samples: in the form that the model takes.

    Raises:
        TypeError: if the model is neither a module nor a function.

    >>> outputs_of(lambda x: x[0] + x[1], [[1.0, 2.0], [3.0, 4.0]])
    [3.0, 7.0]
    """
    if isinstance(model, type) or not callable(model):
        raise TypeError(f"a model is an nn.Module or a function of one sample, got {described(model)}")
    return model.batch(samples) if isinstance(model, Module) else [model(x) for x in samples]


def in_mode(model: Module | Callable[[Any], Any], training: bool) -> AbstractContextManager[None]:
    """A block in which a module is in one mode; afterwards each part of it has the mode that it had before.

    It holds for the thread that it is in. Others may use the same module in another mode at the same time.

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
    return all_in_mode(model.modules() if isinstance(model, Module) else [], training)
