"""What a program of Values returns at thousands of points, computed for all of them at once.

The program is called once; its graph, flattened, is computed again on numpy arrays. That costs one numpy
call a node, whatever the number of points; calling the program for each would cost all nodes every time.

A program that branches in Python on the numbers (`if z.data > 0`) leaves only the branch that was taken in
its graph. So some of the points are computed by the program itself, and all of them where these differ, or
where the graph has nothing to do with what moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from autograd import Value, extra, flatten, no_grad

with extra("plot", "nn.plots"):
    import numpy as np
    from numpy.typing import NDArray

    from autograd import run_on_arrays

Array: TypeAlias = NDArray[np.float64]  # declared, because without numpy a type checker cannot tell it is one

BY_NUMPY: Final = 0.01  # what a point costs here, as a share of a call of the program; measured on networks


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
    results = np.stack(run_on_arrays(compiled, list(points.values())))
    flat = results.reshape(len(results), -1)
    apart = len(compiled) == 0 and not any(root in points for root in roots)
    if apart or not all(_agree(flat[:, i], _at(program, points, i)) for i in _samples(flat)):
        flat[:] = np.transpose([_at(program, points, i) for i in range(flat.shape[1])])
    return list(results) if several else results[0]


def _samples(flat: Array) -> list[int]:
    """Which points to check: some all over, the lowest and the highest, and one that is not a number."""
    count = flat.shape[1]
    spread = np.linspace(0, count - 1, num=min(count, 7)).round().astype(int).tolist()
    finite = np.isfinite(flat[0])
    if finite.any():
        spread += [int(np.nanargmin(np.where(finite, flat[0], np.nan)))]
        spread += [int(np.nanargmax(np.where(finite, flat[0], np.nan)))]
    if not finite.all():
        spread += [int(np.argmin(finite))]
    return list(dict.fromkeys(spread))


def _at(program: Callable[[], Any], points: Mapping[Value, Any], index: int) -> list[float]:
    before = {leaf: leaf.data for leaf in points}
    try:
        for leaf, numbers in points.items():
            leaf.data = float(np.ravel(numbers)[index])
        with no_grad():
            result = program()
        return [_as_value(root).data for root in (result if isinstance(result, list) else [result])]
    finally:
        for leaf, number in before.items():
            leaf.data = number


def _as_value(result: Any) -> Value:
    return result if isinstance(result, Value) else Value(result)  # a constant is no node of the graph


def _agree(fast: Array, slow: Sequence[float]) -> bool:
    return bool(np.allclose(fast, slow, rtol=1e-9, atol=1e-12, equal_nan=True))
