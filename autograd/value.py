"""One number in a computation graph, and backpropagation through it.

Every operation on Values makes a new Value that remembers its operands and the local derivative by each of
them. `backward()` walks the graph from the result to the leaves and applies the chain rule at every node:

    operand.grad += local derivative * node.grad

A node has two fixed slots for its operands and refers to nothing that refers to it, so graphs have no
reference cycles: they are freed the moment the last reference goes, and the cyclic garbage collector has
nothing to do.
"""

from __future__ import annotations

from autograd import by_hand, floats, modes, ops, piecewise, walk
from autograd.annotations import TYPE_CHECKING, final, mypyc_attr
from autograd.modes import OPEN, Mode
from autograd.primitive import Operation
from autograd.tag import Tag, labelled, moved
from autograd.walk import NEVER, OPERANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Final, SupportsFloat

    from autograd.annotations import i64
    from autograd.anomaly import Watcher


# Their type is declared, because compiled code would check an inferred one wherever it is used.
_LEAF: Final[Operation] = ops.LEAF
_RESULT: Final[Operation] = ops.RESULT
_ADD: Final[Operation] = ops.add
_SUB: Final[Operation] = ops.sub
_MUL: Final[Operation] = ops.mul
_DIV: Final[Operation] = ops.div
_NEG: Final[Operation] = ops.neg
_POW: Final[Operation] = ops.pow
_RELU: Final[Operation] = ops.relu
_NO_OPERANDS: Final[tuple[Value, ...]] = ()


@final
@mypyc_attr(acyclic=True)  # tells the compiler that the cyclic garbage collector has nothing to do
class Value:
    """A number, the operands it was computed from, and the gradient of a later result with respect to it.

    Args:
        data: the number; int, float, bool, Decimal, Fraction or a numpy scalar.
        _children: the operands, for a node built by hand.
        _op: the symbol of the operation that the node was built by. If the table does not have it, assign the
            node's `_backward`.
        label: a name for drawings, explanations and errors.

    Attributes:
        data: the number, a float. A leaf's may be assigned.
        grad: the gradient, a float; 0.0 until `backward()` is called. None, when assigned, is 0.0.

    Attributes of your own may be set on any node, such as `p.momentum = 0.0`. One that leads back to its node
    keeps it in memory, compiled, until the attribute is deleted.

    Raises:
        TypeError: if the data is not a number, a child not a Value, or the symbol or the label not a string.

    >>> x = Value(3.0)
    >>> y = (3 * x + 2) ** 2
    >>> y.backward()
    >>> y.data, x.grad
    (121.0, 66.0)
    """

    __slots__ = (
        "__dict__", "_dleft", "_dright", "_grad", "_left", "_mark", "_operation", "_right", "_tag", "data",
    )  # fmt: skip

    def __init__(
        self, data: SupportsFloat, _children: Iterable[Value] = (), _op: str = "", label: str | None = None
    ) -> None:
        self.data: float = data if type(data) is float else floats.as_float(data)
        self._grad: float = 0.0
        self._dleft: float = 0.0  # the local derivative by each operand
        self._dright: float = 0.0
        self._mark: i64 = NEVER  # the last walk that passed, and 1 more if it brought a gradient
        self._operation: Operation = _LEAF
        self._left: Value | None = None
        self._right: Value | None = None
        self._tag: Tag | None = None  # label, scope and line
        if OPEN:
            self._tag = modes.current().tag
        if label is not None:
            self._tag = labelled(self._tag, label)
        if _children is not _NO_OPERANDS or _op != "":
            self._link(tuple(_children), _op)

    def _link(self, children: tuple[Any, ...], symbol: str) -> None:
        """Link a node that is built by hand to its operands, by the operation that its symbol names."""
        for child in children:
            if not isinstance(child, Value):
                raise TypeError(f"the operands of a node are Values, got {type(child).__name__}: {child!r}")
        if not children:
            self._operation = ops.named(symbol, 0) if symbol != "" else _LEAF
            return
        if modes.unrecorded():
            self._operation = _RESULT
            return
        operation = ops.named(symbol, len(children))
        x, y = children[0].data, children[-1].data
        self._operation = operation
        self._left = children[0]
        if len(children) > 1:
            self._right = children[1] if len(children) == 2 else _joined(children[1:])
        if operation.differentiable:
            self._mark = 0
        if operation.by_hand is None:
            self._dleft = operation.local_number(0, x, y, self.data)
            if len(children) == 2:
                self._dright = operation.local_number(1, x, y, self.data)

    # backpropagation

    def backward(self) -> None:
        """Add the gradient of this node to `grad` of every leaf it depends on.

        Interior nodes start from zero at every call and keep their gradient, to be read and drawn.

        Raises:
            RuntimeError: if it begins inside another backward pass of the same thread, or meets a node that
                was built by hand and given no derivative.
            FloatingPointError: inside `detect_anomaly()`, at the first gradient that is not finite.
        """
        walk.refuse_another()
        with walk.LOCK:
            order = walk.marked_order(self, True)
            self._grad += 1.0
            if not order:
                return
            self._mark += 1
            watcher = modes.watcher()
            if watcher is not None:
                watcher.backward(order)
                return
            walk.pass_back(order, self._mark)

    def _pass_on(self) -> None:
        """The chain rule, one step: push this node's gradient to its operands.

        Where an operand is one that was not chosen, its derivative is 0 and it gets nothing: 0 times an
        infinite gradient would be nan, though the result does not depend on that operand at all.
        """
        if self._dleft == 0.0 and self._operation.by_hand is not None:
            self._pass_on_by_hand(self._operation.by_hand)
            return
        if self._left is not None and (self._dleft != 0.0 or not self._operation.choice[0]):
            self._left._grad += self._dleft * self._grad
            if self._left._mark < self._mark:
                self._left._mark = self._mark
        if self._right is not None and (self._dright != 0.0 or not self._operation.choice[1]):
            self._right._grad += self._dright * self._grad
            if self._right._mark < self._mark:
                self._right._mark = self._mark

    def _pass_on_by_hand(self, function: Callable[[Value], None]) -> None:
        with walk.LOCK:
            function(self)
            for operand in self._prev:
                if operand._mark < self._mark:
                    operand._mark = self._mark

    @property
    def _backward(self) -> Callable[[], None]:
        """The chain rule, one step, by micrograd's name; assign a function to give the derivative by hand."""
        return self._pass_on

    @_backward.setter
    def _backward(self, function: Callable[[], None]) -> None:
        if self._left is None:
            if modes.unrecorded():
                return
            raise ValueError(
                "this node has no operands to pass a gradient to: name them, as in Value(data, (x,), 'tan')"
            )
        self._operation = by_hand.given(self, function)
        self._dleft = self._dright = 0.0
        self._mark = 0

    @property
    def grad(self) -> float:
        return self._grad

    @grad.setter
    def grad(self, grad: float | None) -> None:
        self._grad = 0.0 if grad is None else floats.as_float(grad)

    def item(self) -> float:
        """The number, as `data`."""
        return self.data

    def detach(self) -> Value:
        """The same number as a node that no gradient passes."""
        return ops.stop_gradient(self)

    # arithmetic: the derivatives of ops.py, unrolled because most nodes are made here

    def __add__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _lifted(other)
        if right is None:
            return NotImplemented
        return new_node(_ADD, self.data + right.data, self, 1.0, right, 1.0)

    def __sub__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _lifted(other)
        if right is None:
            return NotImplemented
        return new_node(_SUB, self.data - right.data, self, 1.0, right, -1.0)

    def __mul__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _lifted(other)
        if right is None:
            return NotImplemented
        return new_node(_MUL, self.data * right.data, self, right.data, right, self.data)

    def __truediv__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _lifted(other)
        if right is None:
            return NotImplemented
        y = right.data
        out = floats.div(self.data, y)
        return new_node(_DIV, out, self, floats.div(1.0, y), right, floats.div(-out, y))

    def __pow__(self, other: Value | SupportsFloat) -> Value:
        if isinstance(other, Value):
            return binary(_POW, self, other)
        return power(self, floats.as_float(other)) if floats.is_number(other) else NotImplemented

    def __mod__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _lifted(other)
        return NotImplemented if right is None else binary(ops.remainder, self, right)

    def __floordiv__(self, other: Value | SupportsFloat) -> Value:
        right = other if isinstance(other, Value) else _lifted(other)
        return NotImplemented if right is None else binary(ops.floor_divide, self, right)

    def __divmod__(self, other: Value | SupportsFloat) -> tuple[Value, Value]:
        right = other if isinstance(other, Value) else _lifted(other)
        return NotImplemented if right is None else (self // right, self % right)

    def __neg__(self) -> Value:
        return new_node(_NEG, -self.data, self, -1.0, None, 0.0)

    def relu(self) -> Value:
        x = self.data
        local = 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x
        return new_node(_RELU, piecewise.relu(x), self, local, None, 0.0)

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

    def __rmod__(self, other: SupportsFloat) -> Value:
        return Value(other) % self

    def __rfloordiv__(self, other: SupportsFloat) -> Value:
        return Value(other) // self

    def __rdivmod__(self, other: SupportsFloat) -> tuple[Value, Value]:
        return divmod(Value(other), self)

    # every other operation, through the table
    # fmt: off

    def __pos__(self) -> Value: return unary(ops.pos, self)
    def __abs__(self) -> Value: return unary(ops.abs, self)

    def exp(self) -> Value: return unary(ops.exp, self)
    def exp2(self) -> Value: return unary(ops.exp2, self)
    def expm1(self) -> Value: return unary(ops.expm1, self)
    def log(self) -> Value: return unary(ops.log, self)
    def log2(self) -> Value: return unary(ops.log2, self)
    def log10(self) -> Value: return unary(ops.log10, self)
    def log1p(self) -> Value: return unary(ops.log1p, self)
    def sqrt(self) -> Value: return unary(ops.sqrt, self)
    def cbrt(self) -> Value: return unary(ops.cbrt, self)
    def sin(self) -> Value: return unary(ops.sin, self)
    def cos(self) -> Value: return unary(ops.cos, self)
    def tan(self) -> Value: return unary(ops.tan, self)
    def asin(self) -> Value: return unary(ops.asin, self)
    def acos(self) -> Value: return unary(ops.acos, self)
    def atan(self) -> Value: return unary(ops.atan, self)
    def sinc(self) -> Value: return unary(ops.sinc, self)
    def sinh(self) -> Value: return unary(ops.sinh, self)
    def cosh(self) -> Value: return unary(ops.cosh, self)
    def tanh(self) -> Value: return unary(ops.tanh, self)
    def asinh(self) -> Value: return unary(ops.asinh, self)
    def acosh(self) -> Value: return unary(ops.acosh, self)
    def atanh(self) -> Value: return unary(ops.atanh, self)
    def erf(self) -> Value: return unary(ops.erf, self)
    def erfc(self) -> Value: return unary(ops.erfc, self)
    def erfinv(self) -> Value: return unary(ops.erfinv, self)
    def normal_pdf(self) -> Value: return unary(ops.normal_pdf, self)
    def normal_cdf(self) -> Value: return unary(ops.normal_cdf, self)
    def sigmoid(self) -> Value: return unary(ops.sigmoid, self)
    def softplus(self) -> Value: return unary(ops.softplus, self)
    def leaky_relu(self, slope: SupportsFloat = 0.01) -> Value: return unary(ops.leaky_relu.bind(slope), self)
    def elu(self, alpha: SupportsFloat = 1.0) -> Value: return unary(ops.elu.bind(alpha), self)
    def gelu(self) -> Value: return unary(ops.gelu, self)
    def silu(self) -> Value: return unary(ops.silu, self)
    def floor(self) -> Value: return unary(ops.floor, self)
    def ceil(self) -> Value: return unary(ops.ceil, self)
    def trunc(self) -> Value: return unary(ops.trunc, self)

    def hypot(self, y: Value | SupportsFloat) -> Value: return self._operate(ops.hypot, (self, y))
    def logaddexp(self, y: Value | SupportsFloat) -> Value: return self._operate(ops.logaddexp, (self, y))
    def copysign(self, y: Value | SupportsFloat) -> Value: return self._operate(ops.copysign, (self, y))
    def fmod(self, y: Value | SupportsFloat) -> Value: return self._operate(ops.fmod, (self, y))

    # names by which numpy calls the methods of objects in arrays; np.floor calls __floor__, and so on

    def conjugate(self) -> Value: return self
    def fabs(self) -> Value: return unary(ops.abs, self)
    def rint(self) -> Value: return unary(ops.round, self)
    def __floor__(self) -> Value: return unary(ops.floor, self)
    def __ceil__(self) -> Value: return unary(ops.ceil, self)
    def __trunc__(self) -> Value: return unary(ops.trunc, self)
    def deg2rad(self) -> Value: return self * floats.DEGREE
    def radians(self) -> Value: return self * floats.DEGREE
    def rad2deg(self) -> Value: return self * floats.RADIAN
    def degrees(self) -> Value: return self * floats.RADIAN
    def arcsin(self) -> Value: return unary(ops.asin, self)
    def arccos(self) -> Value: return unary(ops.acos, self)
    def arctan(self) -> Value: return unary(ops.atan, self)
    def arcsinh(self) -> Value: return unary(ops.asinh, self)
    def arccosh(self) -> Value: return unary(ops.acosh, self)
    def arctanh(self) -> Value: return unary(ops.atanh, self)
    def arctan2(self, x: Value | SupportsFloat) -> Value: return self._operate(ops.atan2, (self, x))

    # a number taken out of the graph in silence would be a wrong gradient

    def __float__(self) -> float: raise _no_number("float")
    def __int__(self) -> int: raise _no_number("int")
    def __complex__(self) -> complex: raise _no_number("complex")
    def __round__(self, digits: int | None = None) -> float: raise _no_number("round")

    # fmt: on
    # comparisons are of the numbers; but two Values are equal if they are the same node

    def __eq__(self, other: object) -> bool:
        """Whether this is the same node, or, compared with a number, whether the numbers are equal.

        Sets, dicts and `in` find nodes by this. For the numbers of two nodes write `a.data == b.data`, or
        `autograd.equal(a, b)` for an operation of the graph.
        """
        if isinstance(other, Value):
            return self is other
        if not floats.is_number(other):
            return NotImplemented
        return self.data == floats.as_float(other)

    def __hash__(self) -> int:
        return id(self) >> 4  # the lowest bits of addresses are all the same

    def __bool__(self) -> bool:
        """Whether the number is not 0, as `if x` asks of any number; `x is not None` asks for the node."""
        return bool(self.data)

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
            return unary(operation, left)
        if operation is ops.pow and not isinstance(args[1], Value):
            return power(left, floats.as_float(args[1]))
        return binary(operation, left, args[1] if isinstance(args[1], Value) else Value(args[1]))

    # what a node says of itself

    @property
    def _prev(self) -> tuple[Value, ...]:
        left, right = self._left, self._right
        if left is None:
            return ()
        if right is None:
            return (left,)
        if right._operation is not OPERANDS:
            return (left, right)
        return tuple(_taken_apart(left, right))

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
    def label(self, label: str | None) -> None:
        self._tag = labelled(self._tag, "" if label is None else label)

    @property
    def scope(self) -> str:
        """The path of the scopes that the node was built in, such as 'layer 1/neuron 3'; may be assigned."""
        return self._tag.scope if self._tag is not None else ""

    @scope.setter
    def scope(self, scope: str) -> None:
        self._tag = moved(self._tag, scope)

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return DOORS.display(self)

    def __copy__(self) -> Value:
        operands = self._left, self._dleft, self._right, self._dright
        copy = recorded_node(self._tag, self._operation, self.data, *operands)
        copy._grad = self._grad
        for name, attribute in attributes_of(self).items():
            setattr(copy, name, attribute)
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return DOORS.deepcopy(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return DOORS.reduce(self)

    def __init_subclass__(cls, **settings: object) -> None:
        raise TypeError(
            f"{cls.__name__} cannot be a kind of Value, as every result is a plain Value; set attributes of "
            "your own on a node, as in `p.name = 'w'`, and write functions of Values in place of methods"
        )


@final
class _Doors:
    """How Jupyter shows a Value and how its graph is copied and pickled: by modules that import this one.

    `autograd/__init__.py` sets the functions.
    """

    display: Callable[[Value], dict[str, str]]
    deepcopy: Callable[[Value, dict[int, Any]], Value]
    reduce: Callable[[Value], tuple[Any, ...]]


DOORS: Final = _Doors()


_blank: Final = object.__new__  # makes a node without its parts


def new_node(
    operation: Operation, data: float, left: Value, dleft: float, right: Value | None, dright: float
) -> Value:
    """The result of an operation, linked to its operands unless the mode says otherwise."""
    mode = modes.here()
    if mode.plain:
        return recorded_node(mode.tag, operation, data, left, dleft, right, dright)
    return _unusual_node(mode, operation, data, left, right)


def _unusual_node(mode: Mode, operation: Operation, data: float, left: Value, right: Value | None) -> Value:
    """The same where nothing is recorded, or somebody watches."""
    if mode.watcher is None:
        return _lone_result(mode, data)
    return _watched_node(mode, mode.watcher, operation, data, left, right)


def _lone_result(mode: Mode, data: float) -> Value:
    node = _blank(Value)
    node.data = data
    node._grad = node._dleft = node._dright = 0.0
    node._tag = mode.tag
    node._operation = _RESULT
    node._left = node._right = None
    node._mark = NEVER
    return node


def _watched_node(
    mode: Mode, watcher: Watcher, operation: Operation, data: float, left: Value, right: Value | None
) -> Value:
    leaf = _lone_result(mode, data)
    dleft = dright = 0.0
    if mode.recording:
        x, y = left.data, 0.0 if right is None else right.data
        dleft = operation.local_number(0, x, y, data)
        dright = 0.0 if right is None else operation.local_number(1, x, y, data)
    watcher.forward(leaf, operation, left, right)
    if not mode.recording:
        return leaf
    return recorded_node(leaf._tag, operation, data, left, dleft, right, dright)


def unrecorded_node(data: float) -> Value:
    """A result that remembers no operands, as `no_grad()` makes them: a leaf, but nobody's parameter."""
    return _lone_result(modes.here(), data)


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
    node = _blank(Value)
    node.data = data
    node._grad = 0.0
    node._tag = tag
    node._operation = operation
    node._left = left
    node._dleft = dleft
    node._right = right
    node._dright = dright
    node._mark = 0
    if not operation.differentiable:  # not in one expression, which would make an object when compiled
        node._mark = NEVER
    return node


def attributes_of(node: Value) -> dict[str, Any]:
    """The attributes that a user has set on a node."""
    state: Any = object.__getstate__(node)  # unlike vars(), this makes no dict where there is none
    own = state[0] if type(state) is tuple else state
    return own or {}


def _taken_apart(left: Value, right: Value) -> list[Value]:
    operands = [left]
    while right._operation is OPERANDS and right._left is not None and right._right is not None:
        operands.append(right._left)
        right = right._right
    return [*operands, right]


def _joined(operands: tuple[Value, ...]) -> Value:
    """Operands as one, for the right slot of a node: there a chain of pairs holds all beyond the first."""
    walk.CLOCK.pairs = True
    joined = operands[-1]
    for operand in reversed(operands[:-1]):
        joined = recorded_node(None, OPERANDS, 0.0, operand, 0.0, joined, 0.0)
    return joined


def unary(operation: Operation, operand: Value) -> Value:
    """An operation of one operand."""
    if operation is _RELU:  # which is unrolled, as the activation that is met most
        return operand.relu()
    x = operand.data
    out = operation.compute(x, 0.0)
    mode = modes.here()
    if not mode.plain:
        return _unusual_node(mode, operation, out, operand, None)
    dleft = operation.local_number(0, x, 0.0, out)
    return recorded_node(mode.tag, operation, out, operand, dleft, None, 0.0)


def binary(operation: Operation, left: Value, right: Value) -> Value:
    """An operation of two operands."""
    x, y = left.data, right.data
    out = operation.compute(x, y)
    mode = modes.here()
    if not mode.plain:
        return _unusual_node(mode, operation, out, left, right)
    dleft, dright = operation.both_numbers(x, y, out)
    return recorded_node(mode.tag, operation, out, left, dleft, right, dright)


def power(base: Value, y: float) -> Value:
    """A power with a constant exponent, whose derivative needs no logarithm of a negative base."""
    x = base.data
    local = y * floats.pow(x, y - 1.0) if y != 0.0 else _POW.local_number(0, x, y, 1.0)
    return new_node(_POW.bind(y), floats.pow(x, y), base, local, None, 0.0)


def constant(number: float) -> Value:
    """A number as a leaf."""
    return recorded_node(modes.here().tag, _LEAF, number, None, 0.0, None, 0.0)


def _no_number(wanted: str) -> TypeError:
    return TypeError(
        f"{wanted}() of a Value would take the number out of the graph, and no gradient would pass: "
        "write x.data for the number, and autograd's functions, autograd.exp(x) and not math.exp(x), "
        "to differentiate"
    )


def _lifted(number: Any) -> Value | None:
    """A number as a leaf; None for anything else, so that Python tries the other operand's method."""
    if type(number) is float:
        return constant(number)
    return Value(number) if floats.is_number(number) else None
