"""What an operation is: a function of one or two numbers that knows its own derivatives."""

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
        bound: tuple[Operation, float] | None = None,
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
        self.bound = bound
        self.home = home
        self.by_hand = by_hand
        self._bound: dict[float | str, Bound] = {}
        self._last: Bound | None = None  # of those, the one that was asked for last
        self.function: Callable[..., Any] = value  # whose docstring and parameters help() shows

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

    # How an operation computes: here by reading its line of the table. When the package is compiled, every
    # line is a class of its own, in which these five are written out; see autograd/kernels.py.

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
                error.add_note(f"in the derivative of {_call(self.name, operands)}; {_ADVICE}")
                raise
        return _number(local, "the derivative of", self.name, operands)

    def local_graph(self, index: int, x: T, y: T | None, out: T) -> T | float:
        """The local derivative by one operand as a graph, to be differentiated again."""
        graph: T | float = self._graph(index, (x,) if y is None else (x, y), out)
        return graph

    def bound_graph(self, x: T, y: float, out: T) -> T | float:
        """The same by the first operand, where the second is a number."""
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
        return _number(made, "the derivative of", self.name, numbers)

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __copy__(self) -> Operation:
        return self  # nodes know their operation by identity, and a copy in the same process needs no name

    def __deepcopy__(self, memo: dict[int, Any]) -> Operation:
        self._require_a_formula()
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self.bound:
            return Operation.bind, self.bound
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
            bound=(base, y),
        )
        self.base = base
        self.second = y

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


def operation(
    *partials: Partial | None, symbol: str = "", domain: Sequence[Interval] = ()
) -> Callable[[Callable[..., float]], Operation]:
    """Make an operation of your own from a function of one or two floats and its partial derivatives.

    A result keeps its operation alive, and an operation all that its functions refer to. Compiled, a circle
    through a result is never freed: let no function refer to an object that keeps the operation's results.

    Args:
        partials: one for each argument, a function of the operands and the result: `lambda x, out: ...` or
            `lambda x, y, out: ...`. Write it with autograd's functions (`autograd.exp`, not `math.exp`) and
            it can be differentiated again, drawn and explained. None where there is no derivative.
        symbol: what a drawing shows; by default the function's name.
        domain: an open interval for each argument, for documentation and tests.

    Raises:
        TypeError: if there are not one or two partials; build anything larger from binary operations.

    >>> from autograd import Value
    >>> @operation(lambda x, out: 3 * x * x)
    ... def cube(x):
    ...     return x * x * x
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad
    12.0
    """
    if len(partials) not in (1, 2) or not all(partial is None or callable(partial) for partial in partials):
        raise TypeError(
            f"operation() takes one or two partial derivatives, each a function or None, got {partials!r}; "
            "a function of more arguments is built from operations of two"
        )

    def define(value: Callable[..., float]) -> Operation:
        if not callable(value):  # the derivative itself was decorated, and is called with a number
            raise TypeError(
                "operation() takes the derivatives and decorates the function that they belong to: write "
                f"@operation(lambda x, out: ...) above it; here it was given {value!r} to decorate"
            )

        function: Any = value
        inner = getattr(function, "func", function)  # that of a functools.partial
        name = getattr(inner, "__name__", type(inner).__name__)
        home = f"{function.__module__}:{function.__qualname__}" if hasattr(function, "__qualname__") else ""
        _require_parameters(name, function, len(partials))
        for partial in partials:
            _require_parameters(
                f"a derivative of {name}, of the operands and the result,", partial, len(partials) + 1
            )

        def number(*args: float) -> float:
            try:
                return _number(function(*args), "the value of", name, args)
            except (ArithmeticError, ValueError) as error:
                error.add_note(f"in {_call(name, args)}; {_ADVICE}")
                raise

        made = Operation(name, symbol or name, number, partials, domain, home=home)
        made.function = value
        return made

    return define


_ADVICE: Final = "autograd's functions, autograd.exp rather than math.exp, have an answer for every number"


def _call(name: str, operands: Sequence[float]) -> str:
    return f"{name}({', '.join([repr(operand) for operand in operands])})"


def _number(given: Any, what: str, name: str, operands: Sequence[float]) -> float:
    """What a user's function has computed, which would get into the graph if it were no number."""
    if not floats.is_number(given):
        raise TypeError(
            f"{what} {_call(name, operands)} must be a number, got {type(given).__name__}: {given!r:.60}"
        )
    return floats.as_float(given)


def _require_parameters(what: str, function: Any, count: int) -> None:
    """Raise TypeError if a Python function cannot be called with so many arguments."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & 4:  # not written in Python, or it takes any number of arguments
        return
    bound = 1 if hasattr(function, "__self__") else 0
    most = code.co_argcount - bound
    if not most - len(function.__defaults__ or ()) <= count <= most:
        raise TypeError(f"{what} is called with {count} argument(s), but takes {most}")
