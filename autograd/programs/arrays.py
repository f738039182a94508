"""Programs carried out by numpy: one call for each instruction, whatever the number of points.

`FUNCTIONS` says how numpy computes each operation of the table. A function gets the operands, arrays of
one shape or single numbers, and by keyword the array that its result is written to, which is none of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd import floats, ops, special
from autograd.extras import extra
from autograd.primitive import Operation
from autograd.programs.program import UNUSED, Program, function_on_floats

with extra("jit", "a program on arrays"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]  # declared, because without numpy a type checker cannot tell it is one
Function: TypeAlias = Callable[..., Any]


def _point_by_point(function: Callable[..., float]) -> Function:
    """A function of floats on arrays, where numpy has none that computes it."""

    def compute(*operands: Any, out: Array) -> None:
        out[...] = np.vectorize(function, otypes=[float])(*operands)

    return compute


def _choice(choose: Callable[..., Any]) -> Function:
    """A function that returns its result, as `np.where` does, made to write it."""

    def compute(*operands: Any, out: Array) -> None:
        out[...] = choose(*operands)

    return compute


def _pow(x: Any, y: Any, *, out: Array) -> None:
    if np.ndim(y) == 0 and y == 2.0:
        np.multiply(x, x, out=out)
    else:  # a single exponent of 0.5 would make numpy take the square root, which differs at -inf
        np.power(x, np.full(out.shape, y) if np.ndim(y) == 0 else y, out=out)


def _sigmoid(x: Any, *, out: Array | None = None) -> Any:
    e = np.exp(-np.abs(x))
    return np.divide(np.where(np.greater_equal(x, 0.0), 1.0, e), 1.0 + e, out=out)


def _softplus(x: Any, *, out: Array) -> None:
    np.add(np.maximum(x, 0.0), np.log1p(np.exp(-np.abs(x))), out=out)


def _maximum(x: Any, y: Any) -> Any:
    """numpy's takes any of two zeros."""
    return np.where(np.equal(x, y), np.where(np.signbit(x), y, x), np.maximum(x, y))


FUNCTIONS: Mapping[Operation, Function] = {
    ops.add: np.add,
    ops.sub: np.subtract,
    ops.mul: np.multiply,
    ops.div: np.divide,
    ops.neg: np.negative,
    ops.pos: np.positive,
    ops.pow: _pow,
    ops.remainder: np.remainder,
    ops.fmod: np.fmod,
    ops.exp: np.exp,
    ops.exp2: np.exp2,
    ops.expm1: np.expm1,
    ops.log: np.log,
    ops.log2: np.log2,
    ops.log10: np.log10,
    ops.log1p: np.log1p,
    ops.logaddexp: np.logaddexp,
    ops.sqrt: np.sqrt,
    ops.cbrt: np.cbrt,
    ops.hypot: np.hypot,
    ops.sin: np.sin,
    ops.cos: np.cos,
    ops.tan: np.tan,
    ops.asin: np.arcsin,
    ops.acos: np.arccos,
    ops.atan: np.arctan,
    ops.atan2: np.arctan2,
    ops.sinc: _point_by_point(special.sinc),
    ops.sinc_derivative: _point_by_point(special.sinc_derivative),
    ops.sinh: np.sinh,
    ops.cosh: np.cosh,
    ops.tanh: np.tanh,
    ops.asinh: np.arcsinh,
    ops.acosh: np.arccosh,
    ops.atanh: np.arctanh,
    ops.erf: _point_by_point(math.erf),
    ops.erfc: _point_by_point(math.erfc),
    ops.erfinv: _point_by_point(special.erfinv),
    ops.normal_pdf: _point_by_point(special.normal_pdf),
    ops.normal_cdf: _point_by_point(special.normal_cdf),
    ops.sigmoid: _sigmoid,
    ops.softplus: _softplus,
    ops.relu: _choice(lambda x: np.where(np.less_equal(x, 0.0), 0.0, x)),
    ops.leaky_relu: _choice(lambda x, y: np.where(np.greater(x, 0.0), x, np.multiply(y, x))),
    ops.elu: _choice(lambda x, y: np.where(np.greater(x, 0.0), x, np.multiply(y, np.expm1(x)))),
    ops.gelu: _point_by_point(special.gelu),
    ops.silu: _choice(lambda x: np.where(np.equal(x, -np.inf), -0.0, np.multiply(x, _sigmoid(x)))),
    ops.abs: np.abs,
    ops.maximum: _choice(_maximum),
    ops.minimum: _choice(lambda x, y: np.negative(_maximum(np.negative(x), np.negative(y)))),
    ops.when: _choice(lambda x, y: np.where(np.not_equal(x, 0.0), y, -0.0)),
    ops.or_one: _choice(lambda x, y: np.where(np.not_equal(x, 0.0), y, 1.0)),
    ops.copysign: np.copysign,
    ops.sign: _choice(lambda x: np.where(np.equal(x, 0.0), x, np.sign(x))),
    ops.floor: np.floor,
    ops.ceil: np.ceil,
    ops.trunc: np.trunc,
    ops.round: np.rint,
    ops.floor_divide: np.floor_divide,
    ops.less: np.less,
    ops.less_equal: np.less_equal,
    ops.greater: np.greater,
    ops.greater_equal: np.greater_equal,
    ops.equal: np.equal,
    ops.not_equal: np.not_equal,
    ops.stop_gradient: np.positive,
}
EXACT = {
    *(ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.pos, ops.abs, ops.sqrt, ops.stop_gradient),
    *(ops.relu, ops.leaky_relu, ops.when, ops.or_one, ops.copysign, ops.floor, ops.ceil, ops.trunc),
    *(ops.less, ops.less_equal, ops.greater, ops.greater_equal, ops.equal, ops.not_equal),
    *(ops.maximum, ops.minimum, ops.sign),
}
"""The operations that numpy and Python compute alike everywhere."""

_missing = [line.name for line in ops.TABLE.values() if line not in FUNCTIONS]
assert not _missing, f"numpy computes every operation of the table, but not {', '.join(_missing)}"


def run_on_arrays(
    program: Program, inputs: Sequence[Any], or_nan: bool = True, exact: bool = False
) -> list[Array]:
    """The outputs of a program at many points at once.

    Overflow is inf and what has no value is nan, as everywhere in the engine. A user's own operations are
    called point by point.

    Args:
        program: what to compute.
        inputs: for each input an array of its numbers; all of one shape.
        or_nan: whether a user's operation gives nan where it raises ArithmeticError or ValueError, so that
            one point outside its domain does not take the results at all others away.
        exact: whether every number is to be that of `Program.run`, to the last bit: what numpy may round
            otherwise is then computed point by point.

    Returns:
        An array of that shape for each output.

    Raises:
        ValueError: if there are more or fewer arrays than inputs, or their shapes differ.
        TypeError: if an array holds something else than numbers.

    >>> from autograd import Value, flatten
    >>> x = Value(3.0)
    >>> [out.tolist() for out in run_on_arrays(flatten(x * x + 1, [x]), [[0.0, 1.0, 2.0]])]
    [[1.0, 2.0, 5.0]]
    """
    program.require(inputs)
    arrays = [_as_floats(given) for given in inputs]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise ValueError(f"the inputs of a program are arrays of one shape, got {sorted(shapes)}")
    shape = shapes.pop() if shapes else ()
    with np.errstate(all="ignore"):
        functions = [_function(operation, or_nan, exact) for operation in program.operations]
        numbers = _computed(program, functions, arrays, shape)
    return [np.array(np.broadcast_to(numbers[slot], shape)) for slot in program.outputs]


def _as_floats(given: Any) -> Array:
    array = np.asarray(given)
    if array.dtype.kind in "biuf":
        return array.astype(float, copy=False)
    return np.asarray(np.vectorize(floats.as_float, otypes=[float])(array))


def _function(operation: Operation, or_nan: bool, exact: bool) -> Function:
    if operation in (EXACT if exact else FUNCTIONS):
        return FUNCTIONS[operation]
    return _point_by_point(function_on_floats(operation, or_nan))


def _computed(
    program: Program, functions: Sequence[Function], inputs: list[Array], shape: tuple[int, ...]
) -> list[Any]:
    """The arrays in all slots; the array of a slot that nothing reads any more serves the next result."""
    first, last_reads = program.first, _last_reads(program)
    numbers: list[Any] = [*inputs, *program.constants, *[None] * len(program)]
    unread: list[Array] = []
    instructions = zip(program.codes, program.left, program.right, strict=True)
    for slot, (code, left, right) in enumerate(instructions, first):
        out = numbers[slot] = unread.pop() if unread else np.empty(shape)
        if right == UNUSED:
            functions[code](numbers[left], out=out)
        else:
            functions[code](numbers[left], numbers[right], out=out)
        for operand in {left, right, slot}:
            if operand >= first and last_reads[operand] == slot:
                unread.append(numbers[operand])
                numbers[operand] = None
    return numbers


def _last_reads(program: Program) -> list[int]:
    """For every slot the slot of the instruction that reads it last: its own if none does."""
    slots = np.arange(program.first + len(program))
    last, results = slots.copy(), slots[program.first :]
    left, right = np.asarray(program.left), np.asarray(program.right)
    np.maximum.at(last, left, results)
    both = right != UNUSED
    np.maximum.at(last, right[both], results[both])
    last[np.asarray(program.outputs)] = len(slots)  # outputs are read after all instructions
    return list(last.tolist())
