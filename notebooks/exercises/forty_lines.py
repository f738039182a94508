"""The class that notebook 00 arrives at, as it stands there."""

import math


class Value:
    def __init__(self, data, operands=()):
        self.data = data
        self.grad = 0.0
        self.operands = operands
        self._backward = lambda: None

    def made(self, data, *edges):
        out = Value(data, tuple(operand for operand, _ in edges))

        def _backward():
            for operand, slope in edges:
                operand.grad += slope * out.grad

        out._backward = _backward
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    __radd__ = __add__
    __rmul__ = __mul__

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return other + -1 * self

    def __pow__(self, n):
        return self.made(self.data**n, (self, n * self.data ** (n - 1)))

    def tanh(self):
        t = math.tanh(self.data)
        return self.made(t, (self, 1 - t * t))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, float(self.data > 0)))

    def order(self):
        found = {}

        def visit(node):
            if node not in found:
                for operand in node.operands:
                    visit(operand)
                found[node] = True

        visit(self)
        return list(found)

    def backward(self):
        self.grad = 1.0
        for node in reversed(self.order()):
            node._backward()
