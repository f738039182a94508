"""What an operation is: a function of one or two numbers that knows its own derivatives.

A line of the table is kept as two attributes. The methods read them, each for callers of its own:

==============  ===================================================  =======================================
what            gives                                                called by
==============  ===================================================  =======================================
`value`         the value on floats, as the table says it            `compute` and `_called`
`partials`      the derivatives on anything, as the table says them  `local_number`, `_graph`, `words/`
`__call__`      whatever the operands are: floats, nodes, symbols    users, and the partials of the table
`_called`       the same, for any number and kind of operands        `__call__`
`compute`       the value of a node                                  `unary` and `binary` in `value.py`
`local_number`  a local derivative of a node, a float                those two, for `backward()`
`local_graph`   the same as a graph                                  `sweeps.py`, to be differentiated again
`bound_graph`   that by the first operand, the second a number       `Bound.local_graph`
`_graph`        either graph, read from `partials`                   `local_graph`, `bound_graph`
`bind`          a `Bound`, an operation of one operand               `x**2` and `leaky_relu(x, 0.1)`
==============  ===================================================  =======================================

Compiled, each line is a class with `__call__`, `compute`, `local_number`, `both_numbers`, `local_graph` and
`bound_graph` of its own: see `native/generate.py`.
"""

from __future__ import annotations

from math import inf

from autograd import floats
from autograd.annotations import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final, TypeVar

    from autograd.annotations import Operand

    Partial = Callable[..., Any]
    Interval = tuple[float, float]
    T = TypeVar("T", bound=Operand)


class Operation:
    """One operation; calling it computes floats, extends a graph or writes a formula.

    Attributes:
        name: what it is called in the table and in errors.
        symbol: what drawings show, such as '*' or 'tanh'.
        arity: how many operands it has.
        value: the function of floats that computes it.
        partials: its partial derivatives, a function of the operands and the result for each operand; None
            where nothing flows.
        differentiable: whether it has a derivative by any operand.
        domain: for each operand the open interval in which the derivatives hold.
        kink: a function of the operands that is zero where a derivative jumps; None if none does.
        choice: for each operand whether the result may not depend on it at all: because it was not chosen,
            which a local derivative of 0.0 says, or because it has no derivative.
        chooses: whether the operation is a choice between operands.
        bound: for an operation made by `bind`, the operation and the number.
        program: the value written with autograd's functions, for `jit`; None where Python computes it.
        by_hand: for a node whose derivative was given by hand, what passes its gradient on; else None.

    >>> from autograd.ops import atan2, sqrt
    >>> sqrt(2.0), atan2(1.0, -1.0)
    (1.4142135623730951, 2.356194490192345)
    """

    def __init__(
        self,
        name: str,
        symbol: str,
        value: Callable[..., float],
        partials: Sequence[Partial | None],
        domain: Sequence[Interval] = (),
        kink: Callable[..., float] | None = None,
        choice: Sequence[bool] = (),
        home: str = "",
        by_hand: Callable[[Any], None] | None = None,
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.value = value
        self.partials = tuple(partials)
        self.arity = len(self.partials)
        self.differentiable = any(partial is not None for partial in self.partials)
        self.domain = tuple(domain) or ((-inf, inf),) * self.arity
        self.kink = kink
        self.chooses = any(choice)
        between = tuple(choice) or (False,) * self.arity
        self.choice = tuple(between[i] or partial is None for i, partial in enumerate(self.partials))
        self.home = home
        self.by_hand = by_hand
        self._bound: dict[float | str, Bound] = {}
        self._last: Bound | None = None  # of those, the one that was asked for last
        self.program: Callable[..., Any] | None = None
        self.function: Callable[..., Any] = value  # whose docstring and parameters help() shows

    @property
    def bound(self) -> tuple[Operation, float] | None:
        return None

    @overload
    def __call__(self, *args: float) -> float: ...
    @overload
    def __call__(self, x: T, /, *args: T | float) -> T: ...
    @overload
    def __call__(self, x: float, y: T, /) -> T: ...
    def __call__(self, *args: Any) -> Any:
        return self._called(args)

    def _called(self, args: tuple[Any, ...]) -> Any:
        if len(args) == self.arity and type(args[0]) is float and type(args[-1]) is float:
            return self.value(*args)  # the common case: a derivative that is computed on floats
        if len(args) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} argument(s), got {len(args)}")
        operand: Any = args[0]
        if self.arity == 1 and hasattr(type(operand), "_operate"):
            return operand._operate(self, args)
        operand = None
        for arg in args:
            if hasattr(type(arg), "_operate"):
                operand = arg if operand is None else operand
            elif type(arg) is not float and floats.is_array(arg):
                return on_arrays(self, args)
        return self.value(*map(floats.as_float, args)) if operand is None else operand._operate(self, args)

    def bind(self, y: object) -> Operation:
        """The operation of one operand whose second operand is a fixed number: `pow.bind(2.0)` is the square.

        >>> from autograd.ops import pow
        >>> pow.bind(2.0)(3.0), pow.bind(2.0).symbol
        (9.0, '**2')
        """
        number = floats.as_float(y)
        last = self._last
        if last is not None and last.second == number and number != 0.0:
            return last
        key = number if number != 0.0 else repr(number)  # 0.0 and -0.0 are equal, but not the same number
        found = self._bound.get(key)
        if found is None:
            if len(self._bound) >= 1000:  # exponents that are used only once must not pile up
                self._bound.clear()
            found = self._bound[key] = Bound(self, number)
        self._last = found
        return found

    # How an operation computes: here by reading its line of the table.

    def compute(self, x: float, y: float) -> float:
        """The value on floats; an operation of one operand ignores `y`."""
        out: float = self.value(x) if self.arity == 1 else self.value(x, y)
        return out

    def local_number(self, index: int, x: float, y: float, out: float) -> float:
        """The local derivative by one operand, 0.0 where there is none."""
        partial = self.partials[index]
        if partial is None:
            return 0.0
        if self.chooses and out != out:  # comparisons are false for nan, which is not to get lost
            return out
        try:
            local: Any = partial(x, out) if self.arity == 1 else partial(x, y, out)
            if type(local) is float:
                return local
        except (ArithmeticError, ValueError):
            local = 0j
        return self._number_by_ieee(partial, (x, y)[: self.arity], out, local)

    def both_numbers(self, x: float, y: float, out: float) -> tuple[float, float]:
        """The local derivatives by two operands, which may have parts in common."""
        return self.local_number(0, x, y, out), self.local_number(1, x, y, out)

    def _number_by_ieee(
        self, partial: Partial, operands: Sequence[float], out: float, local: object
    ) -> float:
        """Where Python raises for 1 / 0.0 and 10.0**400 and makes (-1.0)**0.5 complex, IEEE 754 decides."""
        if isinstance(local, complex):
            from autograd.ieee import Float  # seldom needed, and half a millisecond of every start

            try:
                local = partial(*map(Float, operands), Float(out))
            except (ArithmeticError, ValueError) as error:
                error.add_note(f"in the derivative of {call_text(self.name, operands)}; {ADVICE}")
                raise
        return checked_number(local, "the derivative of", self.name, operands)

    def local_graph(self, index: int, x: T, y: T | None, out: T) -> T | float:
        """The local derivative by one operand as a graph, to be differentiated again."""
        graph: T | float = self._graph(index, (x,) if y is None else (x, y), out)
        return graph

    def bound_graph(self, x: T, y: float, out: T) -> T | float:
        """The local derivative by the first operand as a graph, where the second is a number."""
        graph: T | float = self._graph(0, (x, y), out)
        return graph

    def _graph(self, index: int, operands: tuple[Any, ...], out: Any) -> Any:
        partial = self.partials[index]
        if partial is None:
            return 0.0
        if self.chooses and out.data != out.data:
            return float("nan")  # as in `local_number`
        try:
            made = partial(*operands, out)
        except TypeError as error:
            if self.by_hand is not None:
                raise
            raise TypeError(
                f"the derivative of {self.name} cannot be computed on Values ({error}); write it with "
                "autograd's functions, autograd.exp rather than math.exp"
            ) from error
        if type(made) is float or hasattr(type(made), "_operate"):
            return made
        numbers = [getattr(operand, "data", operand) for operand in operands]
        return checked_number(made, "the derivative of", self.name, numbers)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __copy__(self) -> Operation:
        return self  # nodes know their operation by identity, and a copy in the same process needs no name

    def __deepcopy__(self, memo: dict[int, Any]) -> Operation:
        self._require_a_formula()
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        self._require_a_formula()
        if self.home == "" or _attribute(self.home) is not self:
            raise ValueError(
                f"cannot pickle the operation {self.name}: {self.home or 'no name'} leads to something else; "
                "define it at the top level of a module that can be imported"
            )
        return _find, (self.home,)

    def _require_a_formula(self) -> None:
        if self.by_hand is not None:
            raise ValueError(
                f"cannot copy or pickle a node whose derivative was given by hand ({self.name}): it is a "
                "function that refers to the node's operands; define it with @autograd.operation"
            )


class Bound(Operation):
    """An operation whose second operand is a number: `pow.bind(2.0)`."""

    def __init__(self, base: Operation, y: float) -> None:
        first = base.partials[0]
        if first is None:
            raise TypeError(f"{base.name} has no derivative by its first argument")
        number = repr(y).removesuffix(".0")
        super().__init__(
            base.name,
            f"{base.symbol}{number}" if base.symbol == "**" else f"{base.symbol}({number})",
            lambda x: base.value(x, y),
            [lambda x, out: first(x, y, out)],
            base.domain[:1],
            base.kink and (lambda x: base.kink(x, y)),  # type: ignore[misc]
            choice=(base.chooses,),
        )
        self.base = base
        self.second = y

    @property
    def bound(self) -> tuple[Operation, float] | None:
        return self.base, self.second

    def __reduce__(self) -> tuple[Any, ...]:
        return Operation.bind, (self.base, self.second)

    def compute(self, x: float, y: float) -> float:
        return self.base.compute(x, self.second)

    def local_number(self, index: int, x: float, y: float, out: float) -> float:
        return self.base.local_number(0, x, self.second, out)

    def local_graph(self, index: int, x: T, y: T | None, out: T) -> T | float:
        # x**0 is read from the table: compiled, it would need a way of its own
        zero = self.second == 0.0
        graph: T | float = self._graph(0, (x,), out) if zero else self.base.bound_graph(x, self.second, out)
        return graph


def on_arrays(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """A function of single numbers on numpy arrays of them, element by element, broadcast to one shape."""
    import numpy

    with numpy.errstate(all="ignore"):  # a nan is an answer here, and no reason for a warning
        made = numpy.frompyfunc(function, len(args), 1)(*args)
    if isinstance(made, numpy.ndarray) and all(type(number) is float for number in made.flat):
        return made.astype(float)
    return made


def _find(home: str) -> Operation:
    """The operation that a pickle names by 'module:qualified.name'."""
    found = _attribute(home)
    if not isinstance(found, Operation):
        raise ValueError(f"the pickle needs the operation {home}, and there is none of that name any more")
    return found


def _attribute(home: str) -> Any:
    import importlib

    module, _, path = home.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


ADVICE: Final = "autograd's functions, autograd.exp rather than math.exp, have an answer for every number"


def call_text(name: str, operands: Sequence[float]) -> str:
    """A call as errors name it."""
    return f"{name}({', '.join([repr(operand) for operand in operands])})"


def checked_number(given: Any, what: str, name: str, operands: Sequence[float]) -> float:
    """What a user's function has computed, which would get into the graph if it were no number."""
    if not floats.is_number(given):
        raise TypeError(
            f"{what} {call_text(name, operands)} must be a number, got {type(given).__name__}: {given!r:.60}"
        )
    return floats.as_float(given)
