"""One number in a computation graph, and backpropagation through it.

Every operation on Values makes a new Value that remembers its operands and the local derivative by each of
them. `backward()` walks the graph from the result to the leaves and applies the chain rule at every node:

    operand.grad += local derivative * node.grad

A node has two fixed slots for its operands and holds no closures, so graphs have no reference cycles: they
are freed the moment the last reference goes, and the cyclic garbage collector has nothing to do.
"""

from __future__ import annotations

import _thread
import os

from autograd import floats, modes, ops
from autograd.annotations import TYPE_CHECKING, final, mypyc_attr
from autograd.modes import OPEN, Tag
from autograd.primitive import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final, SupportsFloat

    from autograd.annotations import i64


_LEAF: Final = ops.LEAF
_RESULT: Final = ops.RESULT
_ADD: Final = ops.add
_SUB: Final = ops.sub
_MUL: Final = ops.mul
_DIV: Final = ops.div
_NEG: Final = ops.neg
_POW: Final = ops.pow
_RELU: Final = ops.relu


@final
@mypyc_attr(acyclic=True)  # tells the compiler that the cyclic garbage collector has nothing to do
class Value:
    """A number, the operands it was computed from, and the gradient of a later result with respect to it.

    Args:
        data: the number; int, float, bool or a numpy scalar.
        _children: at most two operands, for a node built by hand.
        _op: the symbol of the operation that the node was built by, one of the table's.
        label: a name for drawings, explanations and errors.

    Attributes:
        data: the number, a float. A leaf's may be assigned.
        grad: the gradient, a float; 0.0 until `backward()` is called.
        is_result: whether an operation made it, also under `no_grad()`, where results are leaves.

    Raises:
        TypeError: if the data is not a number, a child not a Value, or the symbol or the label not a string.
        ValueError: if no operation of so many operands has the symbol.

    >>> x = Value(3.0)
    >>> y = (3 * x + 2) ** 2
    >>> y.backward()
    >>> y.data, x.grad
    (121.0, 66.0)
    """

    __slots__ = ("_dleft", "_dright", "_left", "_mark", "_operation", "_right", "_tag", "data", "grad")

    def __init__(
        self, data: SupportsFloat, _children: Sequence[Value] = (), _op: str = "", label: str = ""
    ) -> None:
        self.data: float = data if type(data) is float else floats.as_float(data)
        self.grad: float = 0.0
        self._dleft: float = 0.0  # the local derivative by each operand
        self._dright: float = 0.0
        self._mark: i64 = _NEVER  # the last walk that passed
        if data is _BLANK:
            return  # `recorded_node` does the rest
        self._operation: Operation = _LEAF
        self._left: Value | None = None
        self._right: Value | None = None
        self._tag: Tag | None = None  # label, scope and line
        if OPEN:
            self._tag = modes.current().tag
        if label != "":
            self._tag = modes.labelled(self._tag, label)
        if len(_children) > 0 or _op != "":
            self._link(tuple(_children), _op)

    def _link(self, children: tuple[Any, ...], symbol: str) -> None:
        """Link a node that is built by hand to its operands, by the operation that its symbol names."""
        for child in children:
            if not isinstance(child, Value):
                raise TypeError(f"the operands of a node are Values, got {type(child).__name__}: {child!r}")
        if not children:
            self._operation = ops.named(symbol, 0)
            return
        if modes.unrecorded():
            self._operation = _RESULT
            return
        operation = ops.named(symbol, len(children))
        x, y = children[0].data, children[-1].data
        self._operation = operation
        self._left = children[0]
        self._dleft = operation.local_number(0, x, y, self.data)
        if len(children) == 2:
            self._right = children[1]
            self._dright = operation.local_number(1, x, y, self.data)
        if operation.differentiable:
            self._mark = 0

    # backpropagation

    def backward(self) -> None:
        """Add the gradient of this node to `grad` of every leaf it depends on.

        Interior nodes start from zero at every call and keep their gradient, to be read and drawn.
        """
        with _BACKWARD:
            order = topological_order(self, zero_grad=True)
            self.grad += 1.0
            watcher = modes.watcher()
            if watcher is not None:
                watcher.backward(order)
                return
            _pass_back(order)

    def _backward(self) -> None:
        """The chain rule, one step: push this node's gradient to its operands."""
        if self._left is not None:
            self._left.grad += self._dleft * self.grad
        if self._right is not None:
            self._right.grad += self._dright * self.grad

    def detach(self) -> Value:
        """The same number as a node that no gradient passes."""
        return ops.stop_gradient(self)

    # arithmetic: the derivatives of ops.py, unrolled because most nodes are made here

    def __add__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _constant(other)
        if right is None:
            return NotImplemented
        return new_node(_ADD, self.data + right.data, self, 1.0, right, 1.0)

    def __sub__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _constant(other)
        if right is None:
            return NotImplemented
        return new_node(_SUB, self.data - right.data, self, 1.0, right, -1.0)

    def __mul__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _constant(other)
        if right is None:
            return NotImplemented
        return new_node(_MUL, self.data * right.data, self, right.data, right, self.data)

    def __truediv__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _constant(other)
        if right is None:
            return NotImplemented
        y = right.data
        out = floats.div(self.data, y)
        return new_node(_DIV, out, self, floats.div(1.0, y), right, floats.div(-out, y))

    def __pow__(self, other: Value | SupportsFloat) -> Value:
        if isinstance(other, Value):
            return _binary(_POW, self, other)
        if not floats.is_number(other):
            return NotImplemented
        y = floats.as_float(other)
        local = y * floats.pow(self.data, y - 1.0 if y != 0.0 else y)
        return new_node(_POW.bind(y), floats.pow(self.data, y), self, local, None, 0.0)

    def __neg__(self) -> Value:
        return new_node(_NEG, -self.data, self, -1.0, None, 0.0)

    def relu(self) -> Value:
        return new_node(_RELU, floats.relu(self.data), self, 1.0 if self.data > 0.0 else 0.0, None, 0.0)

    def __radd__(self, other: SupportsFloat) -> Value:
        return Value(other) + self

    def __rsub__(self, other: SupportsFloat) -> Value:
        return Value(other) - self

    def __rmul__(self, other: SupportsFloat) -> Value:
        return Value(other) * self

    def __rtruediv__(self, other: SupportsFloat) -> Value:
        return Value(other) / self

    def __rpow__(self, other: SupportsFloat) -> Value:
        return Value(other) ** self

    # every other operation, through the table; numpy finds the names it uses on arrays of Values too
    # fmt: off

    def conjugate(self) -> Value: return self
    def __pos__(self) -> Value: return _unary(ops.pos, self)
    def __abs__(self) -> Value: return _unary(ops.abs, self)
    def exp(self) -> Value: return _unary(ops.exp, self)
    def expm1(self) -> Value: return _unary(ops.expm1, self)
    def log(self) -> Value: return _unary(ops.log, self)
    def log1p(self) -> Value: return _unary(ops.log1p, self)
    def sqrt(self) -> Value: return _unary(ops.sqrt, self)
    def erf(self) -> Value: return _unary(ops.erf, self)
    def erfc(self) -> Value: return _unary(ops.erfc, self)
    def sin(self) -> Value: return _unary(ops.sin, self)
    def cos(self) -> Value: return _unary(ops.cos, self)
    def tan(self) -> Value: return _unary(ops.tan, self)
    def asin(self) -> Value: return _unary(ops.asin, self)
    def acos(self) -> Value: return _unary(ops.acos, self)
    def atan(self) -> Value: return _unary(ops.atan, self)
    def sinh(self) -> Value: return _unary(ops.sinh, self)
    def cosh(self) -> Value: return _unary(ops.cosh, self)
    def tanh(self) -> Value: return _unary(ops.tanh, self)
    def sigmoid(self) -> Value: return _unary(ops.sigmoid, self)
    def softplus(self) -> Value: return _unary(ops.softplus, self)
    def leaky_relu(self, slope: SupportsFloat = 0.01) -> Value: return ops.leaky_relu.bind(slope)(self)
    def elu(self, alpha: SupportsFloat = 1.0) -> Value: return ops.elu.bind(alpha)(self)
    def gelu(self) -> Value: return _unary(ops.gelu, self)
    def silu(self) -> Value: return _unary(ops.silu, self)
    def arcsin(self) -> Value: return _unary(ops.asin, self)
    def arccos(self) -> Value: return _unary(ops.acos, self)
    def arctan(self) -> Value: return _unary(ops.atan, self)
    def arctan2(self, x: Value | SupportsFloat) -> Value: return self._operate(ops.atan2, (self, x))

    # fmt: on
    # comparisons are of the numbers; equality and hash are of the node itself

    def __hash__(self) -> int:  # compiled, a class that defines an order has no hash by itself
        return id(self) >> 4  # the lowest bits of addresses are all the same

    def __lt__(self, other: Value | SupportsFloat) -> bool:
        if isinstance(other, Value):
            return self.data < other.data
        if not floats.is_number(other):
            return NotImplemented
        return self.data < floats.as_float(other)

    def __le__(self, other: Value | SupportsFloat) -> bool:
        if isinstance(other, Value):
            return self.data <= other.data
        if not floats.is_number(other):
            return NotImplemented
        return self.data <= floats.as_float(other)

    def __gt__(self, other: Value | SupportsFloat) -> bool:
        if isinstance(other, Value):
            return self.data > other.data
        if not floats.is_number(other):
            return NotImplemented
        return self.data > floats.as_float(other)

    def __ge__(self, other: Value | SupportsFloat) -> bool:
        if isinstance(other, Value):
            return self.data >= other.data
        if not floats.is_number(other):
            return NotImplemented
        return self.data >= floats.as_float(other)

    def _operate(self, operation: Operation, args: tuple[Any, ...]) -> Value:
        """What calling an operation does when one of its arguments is a Value."""
        left = args[0] if isinstance(args[0], Value) else Value(args[0])
        if operation.arity == 1:
            return _unary(operation, left)
        if operation is ops.pow and not isinstance(args[1], Value):
            # A constant exponent needs no logarithm of a negative base.
            return left ** floats.as_float(args[1])
        return _binary(operation, left, args[1] if isinstance(args[1], Value) else Value(args[1]))

    # what a node says of itself

    @property
    def _prev(self) -> tuple[Value, ...]:
        if self._left is None:
            return ()
        return (self._left,) if self._right is None else (self._left, self._right)

    @property
    def is_result(self) -> bool:
        """Whether an operation made this node, also under `no_grad()`, where results are leaves."""
        return self._left is not None or self._operation is _RESULT

    @property
    def _op(self) -> str:
        return self._operation.symbol

    @property
    def label(self) -> str:
        """A name for drawings, explanations and errors; may be assigned."""
        return self._tag.label if self._tag is not None else ""

    @label.setter
    def label(self, label: str) -> None:
        self._tag = modes.labelled(self._tag, label)

    @property
    def scope(self) -> str:
        """The path of the scopes that the node was built in, such as 'layer 1/neuron 3'; may be assigned."""
        return self._tag.scope if self._tag is not None else ""

    @scope.setter
    def scope(self, scope: str) -> None:
        self._tag = modes.moved(self._tag, scope)

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return DOORS.display(self)

    def __copy__(self) -> Value:
        operands = self._left, self._dleft, self._right, self._dright
        copy = recorded_node(self._tag, self._operation, self.data, *operands)
        copy.grad = self.grad
        return copy

    def __reduce__(self) -> tuple[Any, ...]:
        return DOORS.reduce(self)


@final
class _Doors:
    """How Jupyter shows a Value and how it is pickled: functions of modules that import this one.

    `autograd/__init__.py` sets them.
    """

    display: Callable[[Value], dict[str, str]]
    reduce: Callable[[Value], tuple[Any, ...]]


DOORS: Final = _Doors()


class _Clock:
    """Counts the walks, so that each can tell the nodes it has passed by their mark."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now: i64 = 0


_CLOCK: Final = _Clock()
_NEVER: Final[i64] = 1 << 60  # the mark of nodes that no gradient passes: every walk has passed them already
_BLANK: Final[SupportsFloat] = float("0")  # recognised by `is`; equal literals can be one object
_BACKWARD: Final = _thread.RLock()  # marks and gradients belong to one walk at a time
if hasattr(os, "register_at_fork"):  # the thread that held it does not live on in a forked child
    os.register_at_fork(after_in_child=_BACKWARD._at_fork_reinit)  # type: ignore[attr-defined]


def _pass_back(order: list[Value]) -> None:
    """The chain rule at every node, the last first.

    A function of its own, because an interrupt at the end of a `while` in a `with` block can leave the block
    without its `__exit__`, and the lock locked (Python 3.13; github.com/python/cpython/issues/130279).
    """
    while order:  # emptied on the way, which saves the walk through memory that frees it afterwards
        order.pop()._backward()


def topological_order(root: Value, zero_grad: bool = False) -> list[Value]:
    """The nodes that gradients pass on their way from `root`, every operand before its results.

    Leaves are not among them: nothing passes a leaf. Every reading of a graph sums in this order, so their
    results agree to the last bit. The walk is iterative, because a chain of a million nodes would overflow
    the stack. It takes the right operand first, mostly the younger one, and so goes straight through memory.
    """
    with _BACKWARD:
        _CLOCK.now += 1
        walk = _CLOCK.now
        order: list[Value] = []
        if root._mark >= walk:
            return order
        root._mark = walk
        node, above = root, []  # where we are, and the nodes on the way to it
        while True:
            if node._right is not None and node._right._mark < walk:
                above.append(node)
                node = node._right
                node._mark = walk
            elif node._left is not None and node._left._mark < walk:
                above.append(node)
                node = node._left
                node._mark = walk
            else:
                if zero_grad:
                    node.grad = 0.0
                order.append(node)
                if not above:
                    return order
                node = above.pop()


def new_node(
    operation: Operation, data: float, left: Value, dleft: float, right: Value | None, dright: float
) -> Value:
    """The result of an operation, linked to its operands unless the mode says otherwise."""
    mode = modes.here()
    tag = mode.tag
    if not mode.plain:
        leaf = Value(data)
        if mode.watcher is not None:
            mode.watcher.forward(leaf, operation, left, right)
        if not mode.recording:
            leaf._operation = _RESULT
            return leaf
        tag = leaf._tag
    return recorded_node(tag, operation, data, left, dleft, right, dright)


def unrecorded_node(data: float) -> Value:
    """A result that remembers no operands, as `no_grad()` makes them: a leaf, but nobody's parameter."""
    leaf = Value(data)
    leaf._operation = _RESULT
    return leaf


def affine(x: list[Value], y: list[Value], total: Value, tag: Tag | None) -> Value:
    """total + x[0]*y[0] + x[1]*y[1] + ..., in a plain mode: most nodes of a network are built here."""
    for i, a in enumerate(x):
        b = y[i]
        product = recorded_node(tag, _MUL, a.data * b.data, a, b.data, b, a.data)
        total = recorded_node(tag, _ADD, total.data + product.data, total, 1.0, product, 1.0)
    return total


def recorded_node(
    tag: Tag | None,
    operation: Operation,
    data: float,
    left: Value | None,
    dleft: float,
    right: Value | None,
    dright: float,
) -> Value:
    """A node that remembers its operands, whatever the mode."""
    node = Value(_BLANK)
    node.data = data
    node._tag = tag
    node._operation = operation
    node._left = left
    node._dleft = dleft
    node._right = right
    node._dright = dright
    node._mark = 0
    if not operation.differentiable:  # not in one expression, which would make an object when compiled
        node._mark = _NEVER
    return node


def _unary(operation: Operation, operand: Value) -> Value:
    """An operation of the table on one Value, its local derivative read from the table."""
    if operation is _RELU:
        return operand.relu()
    x = operand.data
    out = operation.value(x)
    dleft = 0.0 if modes.unrecorded() else operation.local_number(0, x, 0.0, out)
    return new_node(operation, out, operand, dleft, None, 0.0)


def _binary(operation: Operation, left: Value, right: Value) -> Value:
    """An operation of the table on two Values, its local derivatives read from the table."""
    x, y = left.data, right.data
    out = operation.value(x, y)
    if modes.unrecorded():
        return new_node(operation, out, left, 0.0, right, 0.0)
    if operation.differentiable:
        left, right = _passing(operation, 0, left), _passing(operation, 1, right)
    dleft, dright = operation.local_number(0, x, y, out), operation.local_number(1, x, y, out)
    return new_node(operation, out, left, dleft, right, dright)


def _passing(operation: Operation, index: int, operand: Value) -> Value:
    """The operand, detached if the operation has no derivative by it: 0.0 * inf would be nan."""
    takes_gradients = operand._left is None or operand._operation.differentiable
    return operand.detach() if operation.partials[index] is None and takes_gradients else operand


def _constant(number: Any) -> Value | None:
    """A number as a leaf; None for anything else, so that Python tries the other operand's method."""
    return Value(number) if floats.is_number(number) else None
