"""The operators of Python, each handed on to its operation in the table."""

from __future__ import annotations

from functools import partial
from typing import Any, Self

from autograd import ops
from autograd.primitive import Operation


class Operators:
    """What stands for a number: `_operate` says what becomes of an operation on it.

    A subclass is one way to read the table: its partial derivatives are written with operators and
    operations, so whatever they are called with decides what comes of them.
    """

    __slots__ = ()

    def _operate(self, operation: Operation, args: tuple[Any, ...]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say what {operation.name} does to it")

    def __bool__(self) -> bool:
        raise TypeError("a symbol is neither true nor false; choose with autograd.where")

    def __getattr__(self, name: str) -> Any:
        # The methods of a Value that are operations of the table: x.exp(), x.relu() ...
        if name in ops.TABLE:
            return partial(ops.TABLE[name], self)
        raise AttributeError(f"a symbol has no {name!r}")

    # fmt: off
    def __add__(self, other: Self | float) -> Self: return ops.add(self, other)
    def __sub__(self, other: Self | float) -> Self: return ops.sub(self, other)
    def __mul__(self, other: Self | float) -> Self: return ops.mul(self, other)
    def __truediv__(self, other: Self | float) -> Self: return ops.div(self, other)
    def __floordiv__(self, other: Self | float) -> Self: return ops.floor_divide(self, other)
    def __mod__(self, other: Self | float) -> Self: return ops.remainder(self, other)
    def __pow__(self, other: Self | float) -> Self: return ops.pow(self, other)
    def __radd__(self, other: float) -> Self: return ops.add(other, self)
    def __rsub__(self, other: float) -> Self: return ops.sub(other, self)
    def __rmul__(self, other: float) -> Self: return ops.mul(other, self)
    def __rtruediv__(self, other: float) -> Self: return ops.div(other, self)
    def __rfloordiv__(self, other: float) -> Self: return ops.floor_divide(other, self)
    def __rmod__(self, other: float) -> Self: return ops.remainder(other, self)
    def __rpow__(self, other: float) -> Self: return ops.pow(other, self)
    def __neg__(self) -> Self: return ops.neg(self)
    def __pos__(self) -> Self: return ops.pos(self)
    def __abs__(self) -> Self: return ops.abs(self)
    # fmt: on
