"""What an operation is: a function of one or two numbers that knows its own derivatives."""

from __future__ import annotations

from math import inf

from autograd import floats
from autograd.annotations import TYPE_CHECKING, final, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar

    from autograd.annotations import Operand

    Partial = Callable[..., Any]
    Interval = tuple[float, float]
    T = TypeVar("T", bound=Operand)


@final
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
        bound: for an operation made by `bind`, the operation and the number.

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
        bound: tuple[Operation, float] | None = None,
        home: str = "",
    ) -> None:
        self.name = name
        self.symbol = symbol
        self.value = value
        self.partials = tuple(partials)
        self.arity = len(self.partials)
        self.differentiable = any(partial is not None for partial in self.partials)
        self.domain = tuple(domain) or ((-inf, inf),) * self.arity
        self.kink = kink
        self.bound = bound
        self.home = home
        self._bound: dict[float | str, Operation] = {}
        self.function: Callable[..., Any] = value  # whose docstring and parameters help() shows

    @overload
    def __call__(self, *args: float) -> float: ...
    @overload
    def __call__(self, x: T, /, *args: T | float) -> T: ...
    @overload
    def __call__(self, x: float, y: T, /) -> T: ...
    def __call__(self, *args: Any) -> Any:
        if len(args) == self.arity and type(args[0]) is float and type(args[-1]) is float:
            return self.value(*args)  # the common case: a derivative that is computed on floats
        if len(args) != self.arity:
            raise TypeError(f"{self.name} takes {self.arity} argument(s), got {len(args)}")
        for arg in args:
            operate = getattr(type(arg), "_operate", None)
            if operate is not None:
                return operate(arg, self, args)
        return self.value(*map(floats.as_float, args))

    def bind(self, y: object) -> Operation:
        """The operation of one operand whose second operand is a fixed number: `pow.bind(2.0)` is the square.

        >>> from autograd.ops import pow
        >>> pow.bind(2.0)(3.0), pow.bind(2.0).symbol
        (9.0, '**2')
        """
        number = floats.as_float(y)
        key = number if number != 0.0 else repr(number)  # 0.0 and -0.0 are equal, but not the same number
        found = self._bound.get(key)
        if found is None:
            if len(self._bound) >= 1000:  # exponents that are used only once must not pile up
                self._bound.clear()
            found = self._bound[key] = _bind(self, number)
        return found

    def local_number(self, index: int, x: float, y: float, out: float) -> float:
        """The local derivative by one operand, 0.0 where there is none; an operation of one ignores `y`."""
        partial = self.partials[index]
        if partial is None:
            return 0.0
        try:
            local: Any = partial(x, out) if self.arity == 1 else partial(x, y, out)
            if not isinstance(local, complex):
                return floats.as_float(local)
        except ArithmeticError:
            pass
        # Python raises for 1 / 0.0 and 10.0**400 and makes (-1.0)**0.5 complex; here IEEE 754 decides
        from autograd.ieee import Float  # seldom needed, and half a millisecond of every start

        operands = [x, y][: self.arity]
        try:
            exact = partial(*map(Float, operands), Float(out))
        except (ArithmeticError, ValueError) as error:
            error.add_note(
                f"in the derivative of {self.name} at {', '.join(map(repr, operands))}; autograd's "
                "functions, autograd.exp rather than math.exp, have an answer for every number"
            )
            raise
        return float(floats.as_float(exact))

    def local_graph(self, index: int, operands: Sequence[T], out: T) -> T | float:
        """The local derivative by one operand as a graph, to be differentiated again."""
        partial = self.partials[index]
        try:
            return 0.0 if partial is None else partial(*operands, out)
        except TypeError as error:
            raise TypeError(
                f"the derivative of {self.name} cannot be computed on Values ({error}); write it with "
                "autograd's functions, autograd.exp rather than math.exp"
            ) from error

    def __repr__(self) -> str:
        return f"<operation {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if self.bound:
            return Operation.bind, self.bound
        if _find(self.home) is not self:
            raise ValueError(
                f"cannot pickle the operation {self.name}: {self.home} is something else; "
                "define it at the top level of a module that can be imported"
            )
        return _find, (self.home,)


def _bind(base: Operation, y: float) -> Operation:
    first = base.partials[0]
    if first is None:
        raise TypeError(f"{base.name} has no derivative by its first argument")
    number = repr(y).removesuffix(".0")
    return Operation(
        base.name,
        f"{base.symbol}{number}" if base.symbol == "**" else f"{base.symbol}({number})",
        lambda x: base.value(x, y),
        [lambda x, out: first(x, y, out)],
        base.domain[:1],
        base.kink and (lambda x: base.kink(x, y)),  # type: ignore[misc]
        bound=(base, y),
    )


def _find(home: str) -> Any:
    """The object that 'module:qualified.name' names."""
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

        def number(*args: float) -> float:
            return floats.as_float(value(*args))  # else a result that is no number would get into the graph

        home = f"{value.__module__}:{value.__qualname__}"
        made = Operation(value.__name__, symbol or value.__name__, number, partials, domain, home=home)
        made.function = value
        return made

    return define
