"""`jit`: a function of numbers that is written down once as a program, and run as one from then on."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cached_property, partial, update_wrapper
from types import MethodType
from typing import TYPE_CHECKING, Any

from autograd.arguments import EVERY, Outside
from autograd.compiled.as_matrices import AsMatrices
from autograd.compiled.backend import BACKEND
from autograd.compiled.carried import function_to_go, require_its_own_values, why_not
from autograd.compiled.inspected import Inspected
from autograd.compiled.on_arrays import OnArrays
from autograd.compiled.signature import Signature
from autograd.compiled.trace import Jitted, replaced
from autograd.compiled.version import Version
from autograd.compiled.whole import WholeNumbers
from autograd.directions import _vjp, pulled
from autograd.scopes import is_tracing
from autograd.tracing import value_and_gradient_at
from autograd.transformed import Transformed

if TYPE_CHECKING:
    pass

_MOST_KEPT = 100  # programs of one function
_MANY = 10  # programs after which a warning says that the function is compiled again and again


def jit(f: Callable[..., Any], math: str = "own") -> Compiled:
    """The function that computes the same as a compiled program.

    At the first call `f` is called with Values, and what it computes with them is written down; so it must
    not decide by their numbers. Floats, and numbers in lists, tuples, dicts and arrays, are inputs of
    the program. So are Values that the function uses without being given them: the parameters of a model are
    read anew at every call. Whatever else the function reads from elsewhere, such as a global float, an
    attribute or a list, is what it was at the first call. Other arguments are settings: a program holds for
    one of them, and for another there is another program.

    A whole number that stands alone is a setting at first. When another one comes in its place, the function
    is called with a Value there: if it computes with it, and the same numbers come out, the whole number is
    an input from then on; if it needs the number itself, as for `range(n)` or `x[n]`, it stays a setting.

    Args:
        f: a function of numbers, or what a transform made of one: `jit(grad(f))`.
        math: whose elementary functions to use. "own" are the project's, in machine code; "libm" are the
            platform's, which eager code calls too, so that every result agrees to the last bit.

    Returns:
        A function of the same arguments, which returns floats where `f` returns Values. Called with Values
        it is `f`, so it can be differentiated. See `Compiled` for what else it can do. `jit.backend` says
        what runs the programs: "llvm", or "numpy" where llvmlite is missing or cannot be loaded.

    Raises:
        TypeError: if `f` is no function; when called, if `f` decides by a number that is an input; the
            message names the line.

    >>> @jit
    ... def f(x):
    ...     return x[0] * x[1] + x[0] ** 2
    >>> f([3.0, 4.0])
    21.0
    >>> from autograd import grad
    >>> jit(grad(f))([3.0, 4.0])
    [10.0, 3.0]
    """
    kind = WithPull if isinstance(f, Transformed) and f._run is _vjp else Compiled
    made = _blank(kind)
    kind.__init__(made, f, math)
    return made


def _blank(kind: type[Compiled]) -> Compiled:
    """One with a class of its own, that nothing is known of yet."""
    made: type[Compiled] = type(kind.__name__, (kind,), {"__module__": kind.__module__})
    return object.__new__(made)


jit.backend = BACKEND  # type: ignore[attr-defined]


class Compiled(Jitted, OnArrays, AsMatrices, Inspected):
    """A function and the programs that were made of it, one for each structure of its arguments.

    Attributes:
        function: what was compiled.
        backend: what runs the programs, "llvm" or "numpy".
    """

    backend = BACKEND

    def __init__(self, f: Callable[..., Any], math: str) -> None:
        if not callable(f):
            raise TypeError(
                f"expected the function to compile, got {type(f).__name__}: {f!r:.60}; "
                "write jit(f)(...), not jit(f(...))"
            )
        if math not in ("own", "libm"):
            raise ValueError(f"expected math='own' or 'libm', got {math!r}")
        update_wrapper(self, f)
        type(self).__doc__ = f.__doc__
        self.function = f
        self._math = math
        self._kept: dict[Any, Version] = {}
        self._last: Version | None = None
        self._made = 0
        self._whole = WholeNumbers(f)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """What the function returns, with floats for Values; called with Values it is the function itself."""
        if is_tracing():
            return self.function(*args, **kwargs)
        signature = self._whole.signature(args, kwargs)
        if signature.has_values:
            return self.function(*args, **kwargs)
        version = self.version(signature)
        if version.fast is None:
            version.fast = version.function(self._slow)
        # A builtin function in the class of its own that this object has is called without a detour.
        type(self).__call__ = version.fast  # type: ignore[method-assign]
        return version.run(signature.numbers)

    def _slow(self, /, *args: Any, **kwargs: Any) -> Any:
        """A call that does not look like the last one."""
        return Compiled.__call__(self, *args, **kwargs)

    def version(self, signature: Signature) -> Version:
        """The program for a structure of arguments, made if there is none yet."""
        found = self._kept.get(signature.key)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[signature.key] = Version(self.function, signature, self._math)
            for setting in signature.settings:
                setting.when_gone(partial(self._kept.pop, signature.key, None))
            self._made += 1
            if self._made == _MANY:
                warnings.warn(
                    f"{self!r} has been compiled {_MANY} times, because its arguments had another structure "
                    "or other settings each time: hand over numbers that change as floats, and lists of one "
                    "length",
                    stacklevel=3,
                )
        self._last = found
        return found

    def backward(self, /, *args: Any, **kwargs: Any) -> float:
        """Compute the function, and add its gradient to the `grad` of every Value that it uses.

        Those are the Values that it is not given, such as the parameters of a model: what `f(*args)` and
        `backward()` do with a graph, without one.

        Args:
            args: arguments of the function, plain numbers.
            kwargs: arguments by name.

        Returns:
            What the function returns, which is one number.

        Raises:
            TypeError: if the function returns something else, or uses a Value that was computed outside.

        >>> from autograd import Value
        >>> w = Value(2.0)
        >>> loss = jit(lambda x: (w * x - 1) ** 2)
        >>> loss.backward(3.0)
        25.0
        >>> w.grad
        30.0
        """
        signature, version = self._by_parameters._prepared(args, kwargs)
        computed = [parameter for parameter in version.parameters if parameter.is_result]
        if computed:
            raise TypeError(
                f"backward: the function uses {computed[0]!r:.60}, which was computed outside of it, and its "
                "gradient would end there; compute it inside the function"
            )
        number, gradient = version.run(signature.numbers)
        for parameter, slope in zip(version.parameters, gradient, strict=True):
            parameter.grad += slope
        return number  # type: ignore[no-any-return]

    @cached_property
    def _by_parameters(self) -> Compiled:
        by_all = Transformed("backward", value_and_gradient_at, self.function, Outside(EVERY), False)
        return jit(by_all, self._math)

    def _prepared(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Signature, Version]:
        """What a batch and buffers need: arguments taken apart, and the program for them."""
        signature = self._whole.signature(args, kwargs)
        if signature.has_values:
            raise TypeError("batch and bind take plain numbers and arrays, got a Value; give its .data")
        return signature, self.version(signature)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __deepcopy__(self, memo: dict[int, Any]) -> Compiled:
        return self if self.home else jit(deepcopy(self.function, memo), self._math)

    def __copy__(self) -> Compiled:
        return self if self.home else jit(self.function, self._math)

    def __reduce__(self) -> str | tuple[Any, ...]:
        kind = WithPull if isinstance(self, WithPull) else Compiled
        return self.home or (_blank, (kind,), self._carried())

    def _carried(self) -> dict[str, Any]:
        """What goes to another process: the programs, and the function if it can go with their parameters."""
        reasons = {key: why_not((key, version)) for key, version in self._kept.items()}
        kept = {key: version for key, version in self._kept.items() if not reasons[key]}
        missing = list(filter(None, reasons.values()))
        by_parameters = vars(self).get("_by_parameters")  # of `backward`
        made = [*self._kept.values(), *(by_parameters._kept.values() if by_parameters else ())]
        parameters = {parameter for version in made for parameter in version.parameters}
        function = self.function
        if kept or by_parameters:
            function = function_to_go(function, parameters, missing)
        else:
            require_its_own_values(function, parameters, missing)
        whole = self._whole.without(function)
        last = self._last if self._last in kept.values() else None
        carried = {"function": function, "math": self._math, "_kept": kept, "_whole": whole, "_last": last}
        return carried if by_parameters is None else {**carried, "_by_parameters": by_parameters}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Compiled.__init__(self, state.pop("function"), state.pop("math"))
        vars(self).update(state)

    def __repr__(self) -> str:
        return f"<jit of {self.function!r}>"


class WithPull(Compiled):
    """`jit(vjp(f))`: the value of `f`, and the way back, each a program of its own.

    The function `pull` that a call returns computes `f` anew, for the arguments of that call; parameters of a
    model are read when it is called.

    >>> from autograd import vjp
    >>> value, pull = jit(vjp(lambda x: [x[0] * x[1], x[0]]))([3.0, 4.0])
    >>> value, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([12.0, 3.0], [4.0, 3.0], [1.0, 0.0])
    """

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if Signature(args, kwargs).has_values or is_tracing():
            return self.function(*args, **kwargs)
        value, back = self._programs
        point = replaced(args, (float, int), lambda number: number)  # whose lists may change meanwhile
        named = replaced(kwargs, (float, int), lambda number: number)

        def pull(direction: Any) -> Any:
            """The gradient of the outputs, weighted by the direction."""
            return back(*point, direction, **named)

        return value(*args, **kwargs), pull

    def _carried(self) -> dict[str, Any]:
        made = vars(self).get("_programs", ())
        parameters = {
            parameter for one in made for version in one._kept.values() for parameter in version.parameters
        }
        function = function_to_go(self.function, parameters) if made else self.function
        rest = {"_programs": made} if made else {}
        return {"function": function, "math": self._math, "_whole": self._whole.without(function), **rest}

    @cached_property
    def _programs(self) -> tuple[Compiled, Compiled]:
        f: Transformed = self.function  # type: ignore[assignment]
        back = Transformed(f._name, pulled, f._f, *f._settings)
        return jit(f._f, self._math), jit(back, self._math)
