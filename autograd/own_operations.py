"""Operations of the user's own: the decorator that makes one of a function and its derivatives."""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING
from autograd.primitive import ADVICE, Operation, call_text, checked_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.primitive import Interval, Partial


def operation(
    *partials: Partial | None,
    symbol: str = "",
    domain: Sequence[Interval] = (),
    program: Callable[..., Any] | None = None,
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
        program: the same function written with autograd's functions, which `jit` compiles; without it
            compiled code calls Python for the value. The derivatives stay those given here.

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
        _require_parameters(f"the program of {name}", program, len(partials))
        for partial in partials:
            _require_parameters(
                f"a derivative of {name}, of the operands and the result,", partial, len(partials) + 1
            )

        def number(*args: float) -> float:
            try:
                return checked_number(function(*args), "the value of", name, args)
            except (ArithmeticError, ValueError) as error:
                error.add_note(f"in {call_text(name, args)}; {ADVICE}")
                raise

        made = Operation(name, symbol or name, number, partials, domain, home=home)
        made.function = value
        made.program = program
        return made

    return define


def _require_parameters(what: str, function: Any, count: int) -> None:
    """Raise TypeError if a Python function cannot be called with so many arguments."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & 4:  # not written in Python, or it takes any number of arguments
        return
    bound = 1 if hasattr(function, "__self__") else 0
    most = code.co_argcount - bound
    if not most - len(function.__defaults__ or ()) <= count <= most:
        raise TypeError(f"{what} is called with {count} argument(s), but takes {most}")
