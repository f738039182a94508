"""What stands beside a Value: the operators, and things that are no numbers."""

import math
import operator

import numpy as np
import pytest

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
ARITHMETIC += [operator.mod, operator.floordiv]
IN_PLACE = [operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow]
IN_PLACE += [operator.imod, operator.ifloordiv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]
OTHERS = [
    operator.matmul,
    operator.lshift,
    operator.and_,
    operator.or_,
    operator.xor,
]


class Unfloatable:
    """Has the method, and it fails."""

    def __float__(self):
        raise RuntimeError("no number")


class Liar:
    """Looks like a numpy scalar and cannot be read as a number."""

    dtype = np.dtype(float)
    shape = ()


NO_NUMBERS = [
    *("3", b"3", bytearray(b"3"), np.str_("3"), np.bytes_(b"3")),
    *(None, [3.0], (3.0,), {3.0: 3.0}, {3.0}, range(3), iter([3.0]), slice(3)),
    *(object(), Ellipsis, NotImplemented, float, math.sin, math),
    *(3j, np.complex64(3), np.complex128(3j)),
    *(np.timedelta64(3, "s"), np.datetime64("2020-01-01"), np.void(b"3"), Unfloatable(), Liar()),
]


def assert_refused(action, *arguments):
    with pytest.raises(TypeError) as refusal:
        action(*arguments)
    assert str(refusal.value), "an error that says nothing"
