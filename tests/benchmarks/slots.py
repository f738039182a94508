"""A scalar engine in plain Python, as fast as the usual way of writing one allows.

A node is four slots: its number, its gradient, its operands and the local derivative by each, computed in
the forward pass; the backward pass is one multiplication and one addition for every edge. Constants become
no nodes, tuples of constant derivatives are shared, and leaves are never visited. The sort is recursive, a
third faster than one with a stack of its own, which takes over where recursion ends.
"""

from __future__ import annotations

import math

ZERO, ONE, MINUS = (0.0,), (1.0,), (-1.0,)
BOTH, DIFFERENCE = (1.0, 1.0), (1.0, -1.0)


class Value:
    """A number, and how it depends on the numbers it was computed from."""

    __slots__ = ("children", "data", "grad", "local")

    def __init__(self, data: float, children: tuple[Value, ...] = (), local: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local = local

    def __add__(self, other: Value | float) -> Value:
        if isinstance(other, Value):
            return Value(self.data + other.data, (self, other), BOTH)
        return Value(self.data + other, (self,), ONE)

    def __sub__(self, other: Value | float) -> Value:
        if isinstance(other, Value):
            return Value(self.data - other.data, (self, other), DIFFERENCE)
        return Value(self.data - other, (self,), ONE)

    def __mul__(self, other: Value | float) -> Value:
        if isinstance(other, Value):
            return Value(self.data * other.data, (self, other), (other.data, self.data))
        return Value(self.data * other, (self,), (other,))

    def __truediv__(self, other: Value | float) -> Value:
        if isinstance(other, Value):
            out = self.data / other.data
            return Value(out, (self, other), (1 / other.data, -out / other.data))
        return Value(self.data / other, (self,), (1 / other,))

    def __pow__(self, exponent: float) -> Value:
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def __neg__(self) -> Value:
        return Value(-self.data, (self,), MINUS)

    def __rsub__(self, other: float) -> Value:
        return Value(other - self.data, (self,), MINUS)

    def __rtruediv__(self, other: float) -> Value:
        out = other / self.data
        return Value(out, (self,), (-out / self.data,))

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Value:
        out = math.exp(self.data)
        return Value(out, (self,), (out,))

    def log(self) -> Value:
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self) -> Value:
        return Value(self.data, (self,), ONE) if self.data > 0 else Value(0.0, (self,), ZERO)

    def tanh(self) -> Value:
        out = math.tanh(self.data)
        return Value(out, (self,), (1 - out * out,))

    def erf(self) -> Value:
        local = 2 / math.sqrt(math.pi) * math.exp(-self.data * self.data)
        return Value(math.erf(self.data), (self,), (local,))

    def backward(self) -> None:
        """Add the gradient of this node to every node it depends on."""
        try:
            order = sorted_by_recursion(self)
        except RecursionError:
            order = sorted_by_stack(self)
        self.grad = 1.0
        for node in reversed(order):
            grad, children, local = node.grad, node.children, node.local
            children[0].grad += local[0] * grad
            if len(children) == 2:
                children[1].grad += local[1] * grad


def sorted_by_recursion(root: Value) -> list[Value]:
    """The nodes that have operands, every operand before its results."""
    order: list[Value] = []
    visited: set[Value] = set()

    def visit(node: Value) -> None:
        visited.add(node)
        for child in node.children:
            if child.children and child not in visited:
                visit(child)
        order.append(node)

    if root.children:
        visit(root)
    return order


def sorted_by_stack(root: Value) -> list[Value]:
    """The same order, for graphs deeper than Python's recursion goes."""
    order: list[Value] = []
    visited, stack = {root}, [root]
    while stack:
        for child in stack[-1].children:
            if child.children and child not in visited:
                visited.add(child)
                stack.append(child)
                break
        else:
            order.append(stack.pop())
    return order
