"""A float whose arithmetic is that of IEEE 754: what a derivative is read on where Python would raise.

>>> Float(1.0) / 0.0, Float(10.0) ** 400, Float(-1.0) ** 0.5
(inf, inf, nan)
"""

from __future__ import annotations

from autograd import floats
from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from autograd.primitive import Operation


class Float(float):
    """A number that operations of the table are carried out on, as they are on a Value or a Symbol."""

    __slots__ = ()

    def _operate(self, operation: Operation, args: tuple[Any, ...]) -> Float:
        return Float(operation.value(*map(floats.as_float, args)))

    # float(self), so that the operators of float compute and not these
    # fmt: off
    def __add__(self, y: float) -> Float: return Float(float(self) + floats.as_float(y))
    def __sub__(self, y: float) -> Float: return Float(float(self) - floats.as_float(y))
    def __mul__(self, y: float) -> Float: return Float(float(self) * floats.as_float(y))
    def __truediv__(self, y: float) -> Float: return Float(floats.div(float(self), floats.as_float(y)))
    def __floordiv__(self, y: float) -> Float: return _floor_divide(self, y)
    def __mod__(self, y: float) -> Float: return _remainder(self, y)
    def __pow__(self, y: float, modulo: None = None) -> Float: return _power(self, y)
    def __radd__(self, x: float) -> Float: return Float(floats.as_float(x) + float(self))
    def __rsub__(self, x: float) -> Float: return Float(floats.as_float(x) - float(self))
    def __rmul__(self, x: float) -> Float: return Float(floats.as_float(x) * float(self))
    def __rtruediv__(self, x: float) -> Float: return Float(floats.div(floats.as_float(x), float(self)))
    def __rfloordiv__(self, x: float) -> Float: return _floor_divide(x, self)
    def __rmod__(self, x: float) -> Float: return _remainder(x, self)
    def __rpow__(self, x: float, modulo: None = None) -> Float: return _power(x, self)
    def __neg__(self) -> Float: return Float(-float(self))
    def __pos__(self) -> Float: return self
    def __abs__(self) -> Float: return Float(abs(float(self)))
    # fmt: on


def _floor_divide(x: float, y: float) -> Float:
    return Float(floats.floor_divide(floats.as_float(x), floats.as_float(y)))


def _remainder(x: float, y: float) -> Float:
    return Float(floats.remainder(floats.as_float(x), floats.as_float(y)))


def _power(x: float, y: float) -> Float:
    return Float(floats.pow(floats.as_float(x), floats.as_float(y)))
