"""What a program of Values returns at thousands of points, computed for all of them at once.

The program is called once; its graph, flattened, is computed again on numpy arrays. That costs one numpy
call a node, whatever the number of points; calling the program for each would cost all nodes every time.

A program that branches in Python on the numbers (`if z.data > 0`) leaves only the branch that was taken in
its graph. So some of the points are computed by the program itself, and all of them where these differ, or
where the graph has nothing to do with what moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from autograd import Program, Value, extra, flatten, no_grad

with extra("plot", "nn.plots"):
    import numpy as np
    from numpy.typing import NDArray

    from autograd import run_on_arrays

Array: TypeAlias = NDArray[np.float64]  # declared, because without numpy a type checker cannot tell it is one

BY_NUMPY: Final = 0.005
"""What a point costs here, as a share of a call of the program; measured on networks."""

_TILE: Final = 2**13
"""How many points are computed at a time: their arrays are 64 KB each, and stay near the processor."""


def evaluate(program: Callable[[], Any], points: Mapping[Value, Any]) -> Any:
    """What a program returns at many points, fast where its graph is the same at all of them.

    Args:
        program: builds a Value, or a list of them, from the numbers that its leaves have at the moment.
        points: for each leaf that moves, an array of its numbers; all of the same shape.

    Returns:
        An array of that shape, or a list of arrays. The leaves have the numbers that they had before.

    Raises:
        ValueError: if there are no arrays, or their shapes differ.

    >>> x = Value(3.0)
    >>> evaluate(lambda: x * x + 1, {x: [0.0, 1.0, 2.0]}).tolist()
    [1.0, 2.0, 5.0]
    """
    if not points:
        raise ValueError("evaluate needs an array of numbers for at least one leaf, got none")
    built = program()
    several = isinstance(built, list)
    roots = [_as_value(root) for root in (built if several else [built])]
    compiled = flatten(roots, points)
    results = _in_tiles(compiled, [np.asarray(numbers) for numbers in points.values()])
    flat = results.reshape(len(results), -1)
    apart = len(compiled) == 0 and not any(root in points for root in roots)
    if apart or not all(agree(flat[:, i], at_point(program, points, i)) for i in points_to_check(flat[0])):
        flat[:] = np.transpose([at_point(program, points, i) for i in range(flat.shape[1])])
    return list(results) if several else results[0]


def _in_tiles(compiled: Program, arrays: list[Array]) -> Array:
    """The outputs of a program, computed for as many points at a time as a processor keeps near it."""
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1 or arrays[0].size <= _TILE:
        return np.stack(run_on_arrays(compiled, arrays))
    flat = np.stack([array.ravel() for array in arrays])
    starts = range(0, flat.shape[1], _TILE)
    tiles = [np.stack(run_on_arrays(compiled, list(flat[:, start : start + _TILE]))) for start in starts]
    return np.concatenate(tiles, axis=1).reshape(-1, *arrays[0].shape)


def points_to_check(found: Array) -> list[int]:
    """Which results to check: some all over, one that is not a number, the lowest and the highest."""
    spread = np.linspace(0, len(found) - 1, num=min(len(found), 7)).round().astype(int).tolist()
    finite = np.isfinite(found)
    if not finite.all():
        spread += [int(np.argmin(finite))]
    if finite.any():
        spread += [int(np.nanargmin(np.where(finite, found, np.nan)))]
        spread += [int(np.nanargmax(np.where(finite, found, np.nan)))]
    return list(dict.fromkeys(spread))


def at_point(program: Callable[[], Any], points: Mapping[Value, Any], index: int) -> list[float]:
    """What a program returns at one of many points.

    Args:
        program: as for `evaluate`.
        points: as for `evaluate`.
        index: which one, in the order of flat arrays.

    Returns:
        Its results; the leaves have the numbers that they had before.
    """
    before = {leaf: leaf.data for leaf in points}
    try:
        for leaf, numbers in points.items():
            leaf.data = float(np.asarray(numbers).flat[index])
        with no_grad():
            result = program()
        return [_as_value(root).data for root in (result if isinstance(result, list) else [result])]
    finally:
        for leaf, number in before.items():
            leaf.data = number


def agree(fast: Any, slow: Any) -> bool:
    """Whether results are those of the program, but for rounding."""
    return bool(np.allclose(fast, slow, rtol=1e-9, atol=1e-12, equal_nan=True))


def _as_value(result: Any) -> Value:
    return result if isinstance(result, Value) else Value(result)  # a constant is no node of the graph
