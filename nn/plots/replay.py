"""A graph that was built once, computed again for thousands of points at once.

A graph of Values is a program: its nodes in topological order, each an operation on earlier ones. `replay`
runs it on numpy arrays in place of floats. It costs one numpy call a node, whatever the number of points;
building the graph anew would cost all of its nodes for every point.

A program that branches in Python on the numbers (`if z.data > 0`) leaves only the branch that was taken in
its graph. `evaluate` therefore computes some of the points by the program itself, and all of them where these
differ, or where the graph has nothing to do with what moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from autograd import Operation, Value, no_grad, trace
from nn.extras import extra

with extra("plot", "nn.plots"):
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]  # said, for a build without numpy


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0 / (1.0 + e), e / (1.0 + e))


def _pow(x: Array, y: Array) -> Array:
    # A single exponent of 0.5 would make numpy take the square root, which differs at -inf.
    if np.ndim(y) == 0:
        return x * x if y == 2.0 else np.power(x, np.full(np.shape(x), y))
    return np.power(x, y)


# How numpy computes the operations of the table; any other operation computes its points one by one.
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pos": np.positive,
    "pow": _pow,
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))),
    "relu": lambda x: np.where(x <= 0.0, 0.0, x),
    "leaky_relu": lambda x, y: np.where(x > 0.0, x, y * x),
    "elu": lambda x, y: np.where(x > 0.0, x, y * np.expm1(x)),
    "silu": lambda x: np.where(x == -np.inf, -0.0, x * _sigmoid(x)),
    "abs": np.abs,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "when": lambda x, y: np.where(x != 0.0, y, -0.0),
    "sign": np.sign,
    "less": lambda x, y: np.less(x, y).astype(float),
    "less_equal": lambda x, y: np.less_equal(x, y).astype(float),
    "greater": lambda x, y: np.greater(x, y).astype(float),
    "greater_equal": lambda x, y: np.greater_equal(x, y).astype(float),
    "equal": lambda x, y: np.equal(x, y).astype(float),
    "not_equal": lambda x, y: np.not_equal(x, y).astype(float),
    "stop_gradient": np.positive,
}


def replay(roots: Value | Sequence[Value], points: Mapping[Value, Any]) -> Any:
    """The numbers that a graph has where some of its leaves take other numbers.

    Args:
        roots: a Value, or several of them that share parts of their graphs.
        points: for each leaf that moves, an array of its numbers; all of the same shape. Other leaves keep
            theirs.

    Returns:
        An array of that shape; a list of arrays for several roots.

    Raises:
        ValueError: if a Value that should move was computed from others, or the shapes differ.

    >>> x = Value(3.0)
    >>> replay(x * x + 1, {x: [0.0, 1.0, 2.0]}).tolist()
    [1.0, 2.0, 5.0]
    """
    wanted = [roots] if isinstance(roots, Value) else list(roots)
    moved = {leaf: np.asarray(given, dtype=float) for leaf, given in points.items()}
    shapes = {array.shape for array in moved.values()}
    if len(shapes) != 1:
        raise ValueError(f"replay needs arrays of one shape, got {sorted(shapes) or 'no arrays'}")
    for leaf in moved:
        if leaf._prev:
            raise ValueError(f"only leaves can be moved, this was computed by {leaf._op!r}: {leaf!r}")
    with np.errstate(all="ignore"):  # infinities and nan go on, as they do in the engine
        results = _run(wanted, moved)
    shape = shapes.pop()
    shaped = [np.array(np.broadcast_to(result, shape)) for result in results]
    return shaped[0] if isinstance(roots, Value) else shaped


def _run(roots: list[Value], moved: Mapping[Value, Array]) -> list[Any]:
    nodes = list({id(node): node for root in roots for node in trace(root)[0]}.values())
    position = {id(node): i for i, node in enumerate(nodes)}
    numbers: list[Any] = [node.data for node in nodes]
    moving = [False] * len(nodes)
    for leaf, array in moved.items():
        if id(leaf) in position:
            numbers[position[id(leaf)]], moving[position[id(leaf)]] = array, True
    program, last_read = [], {}
    for i, node in enumerate(nodes):
        operands = [position[id(operand)] for operand in node._prev]
        for operand in operands:
            if moving[operand]:
                moving[i] = True
        if operands and moving[i]:
            program.append((i, operands))
            for operand in operands:
                last_read[operand] = i
    for root in roots:
        last_read[position[id(root)]] = len(nodes)
    for i, operands in program:
        numbers[i] = _compute(nodes[i]._operation, [numbers[operand] for operand in operands])
        for operand in operands:
            if last_read[operand] == i:
                numbers[operand] = None  # thousands of arrays would not fit into memory
    return [numbers[position[id(root)]] for root in roots]


def _compute(operation: Operation, operands: list[Any]) -> Any:
    base, fixed = operation.bound or (operation, None)
    function = FUNCTIONS.get(base.home.removeprefix("autograd.ops:"))
    if function is None:
        return np.vectorize(operation.value, otypes=[float])(*operands)
    return function(*operands) if fixed is None else function(*operands, fixed)


def evaluate(program: Callable[[], Any], points: Mapping[Value, Any]) -> Any:
    """What a program returns at many points, fast where its graph is the same at all of them.

    Args:
        program: builds a Value, or a list of them, from the numbers that its leaves have at the moment.
        points: for each leaf that moves, an array of its numbers; all of the same shape.

    Returns:
        As `replay`. The leaves have the numbers that they had before.
    """
    built = program()
    roots = [_as_value(root) for root in built] if isinstance(built, list) else _as_value(built)
    fast = replay(roots, points)
    several = isinstance(fast, list)
    results = np.stack(fast) if several else np.asarray(fast)[np.newaxis]
    flat = results.reshape(len(results), -1)
    graphs = roots if isinstance(roots, list) else [roots]
    apart = (flat == flat[:, :1]).all() and not any(
        leaf in points for root in graphs for leaf in trace(root)[0]
    )
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
    finally:
        for leaf, number in before.items():
            leaf.data = number
    return [_as_value(root).data for root in (result if isinstance(result, list) else [result])]


def _as_value(result: Any) -> Value:
    return result if isinstance(result, Value) else Value(result)  # a constant is no node of the graph


def _agree(fast: Array, slow: Sequence[float]) -> bool:
    return bool(np.allclose(fast, slow, rtol=1e-9, atol=1e-12, equal_nan=True))
