"""Exercises of notebook 00, where the reader writes a class `Value`.

The example of a mistake is the class at which the notebook arrives, with a change in its text.
"""

import inspect
from math import isclose

from exercises import forty_lines, trials
from exercises.answers import Anything, Exercise, Mistake
from exercises.trials import A, B, Trial, gradients, operands_of, raised, step


def variant(*changes):
    """The class at which the notebook arrives, with some of its text replaced: old, new, old, new, ..."""
    source = inspect.getsource(forty_lines)
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        if old not in source:
            raise ValueError(f"{old!r} does not stand in the class")
        source = source.replace(old, new)
    namespace = {}
    exec(source, namespace)
    return namespace["Value"]


SUM = "        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))\n"
COERCED = "other if isinstance(other, Value) else Value(other)"
VISITED = """                for operand in node.operands:
                    visit(operand)
"""
PUT_DOWN = "                found[node] = True\n"
WALK = """        for node in reversed(self.order()):
            node._backward()
"""
BREADTH_FIRST = """        waiting = [self]
        for node in waiting:
            node._backward()
            waiting.extend(node.operands)
"""


def judged(wanted, judge):
    """An answer that is a class, which a function of `trials` judges."""
    return Anything(wanted, judge, variant())


def changes_its_operand(cls):
    a = cls(A)
    before = a.data
    a + cls(B)
    return a.data != before


def twice_in_line(cls):
    order = Trial(cls, "a * b + a").out.order()
    return len(set(map(id, order))) < len(order)


def without_the_result(cls):
    out = Trial(cls, "a + b").out
    return not any(node is out for node in out.order())


def too_early(cls):
    """Right where every number is used once or the order does not matter, wrong where it does."""
    right = gradients("a * b + a", cls) == (B + 1, A)
    return right and gradients("s * s + s, where s = a * b", cls) != (33.0, -22.0)


EXERCISES = {
    "00.1": Exercise(
        judged("a class whose numbers can be added and multiplied", trials.of_arithmetic),
        "sums and products are new Values, and a plain number is made one first.",
        [
            Mistake(
                variant(SUM, "        return self.data + other.data\n"),
                "the sum is a plain number, and nothing can be remembered of it. Give `Value(...)` of it.",
                lambda cls: isinstance(cls(A) + cls(B), float),
            ),
            Mistake(
                variant(COERCED, "other"),
                "`a + 2` must work too: where `other` is no Value, make it one first.",
                raised("a + 2", AttributeError, Trial.results),
            ),
            Mistake(
                variant(SUM, "        self.data += other.data\n        return self\n"),
                "`a + b` changes `a`. It is to leave `a` as it is and make a new Value.",
                changes_its_operand,
            ),
        ],
    ),
    "00.2": Exercise(
        judged("a class whose results know their operands", trials.of_operands),
        "every result knows the nodes it was made of, in order, and one that is used twice is there twice.",
        [
            Mistake(
                variant("tuple(operand for operand, _ in edges)", "{operand for operand, _ in edges}"),
                "a set holds the two operands of `a * a` only once, and does not keep left and right apart. "
                "Take a tuple.",
                lambda cls: isinstance(operands_of("a * a", cls)[0], set | frozenset),
            ),
            Mistake(
                variant("tuple(operand for", "tuple(operand.data for"),
                "numbers are remembered, where nodes are needed, to which a gradient can be handed. "
                "Write `self`, not `self.data`.",
                lambda cls: isinstance(operands_of("a + b", cls)[0][0], float),
            ),
            Mistake(
                variant("self.operands = operands", "self.operands = ()"),
                "results have no operands: hand `(self, other)` to the new Value, and keep it in `__init__`.",
                lambda cls: len(operands_of("a + b", cls)[0]) == 0,
            ),
            Mistake(
                variant("operands=()", "operands=None"),
                "a number that was not computed has no operands: an empty tuple, not None, so that a loop can "
                "pass over it.",
                lambda cls: cls(A).operands is None,
            ),
        ],
    ),
    "00.3": Exercise(
        judged("a class whose results pass their gradient on to their operands", trials.of_one_step),
        "each operand receives the gradient of the result times its local derivative, and adds it up.",
        [
            Mistake(
                variant("operand.grad += slope", "operand.grad = slope"),
                "in `a * a` the number a is used twice, and receives twice. With `=` the second contribution "
                "overwrites the first: write `+=`.",
                lambda cls: step("a * a", cls) == (20.0, 0.0),
            ),
            Mistake(
                variant("(self, other.data), (other, self.data)", "(self, self.data), (other, other.data)"),
                "the derivative of a * b by a is b, the *other* factor. Swap the two.",
                lambda cls: step("a * b", cls) == (10 * A, 10 * B),
            ),
            Mistake(
                variant("slope * out.grad", "slope"),
                "the local derivative alone is handed on. Multiply it by `out.grad`, which arrives from above.",
                lambda cls: step("a + b", cls) == (1.0, 1.0) or step("a * b", cls) == (B, A),
            ),
            Mistake(
                variant("out._backward = _backward", "out._backward = _backward()"),
                "`_backward()` calls the function at once, when no gradient is there yet. Keep the function "
                "itself: `out._backward = _backward`.",
                raised("a + b", TypeError),
            ),
            Mistake(
                variant("out._backward = _backward", ""),
                "nothing arrives: is the function kept in the result, `out._backward = _backward`?",
                lambda cls: step("a + b", cls) == (0.0, 0.0),
            ),
        ],
    ),
    "00.4": Exercise(
        judged("a class whose `order()` lists all nodes of a result, operands first", trials.of_order),
        "every node stands once, and after all of its operands.",
        [
            Mistake(
                variant(VISITED + PUT_DOWN, PUT_DOWN + VISITED),
                "a node is put down before its operands. Visit the operands first, and put the node down when "
                "they are all there.",
                lambda cls: len(Trial(cls, "a + b").out.order()[0].operands) > 0,
            ),
            Mistake(
                variant("{}", "[]", "if node not in found", "if True", "[node] = True", ".append(node)"),
                "a node that is used twice stands there twice. Look whether it has been visited before.",
                twice_in_line,
            ),
            Mistake(
                variant(
                    "        visit(self)\n", "        for node in self.operands:\n            visit(node)\n"
                ),
                "the result itself is missing: begin with `visit(self)`.",
                without_the_result,
            ),
        ],
    ),
    "00.5": Exercise(
        judged("a class with a `backward()`", trials.of_backward),
        "from the result back to the leaves, every node passes its gradient on when all of it has arrived.",
        [
            Mistake(
                variant("        self.grad = 1.0\n", ""),
                "all gradients are 0, because the first one is. The derivative of the result by itself is 1: "
                "begin with that.",
                lambda cls: gradients("a + b", cls) == (0.0, 0.0),
            ),
            Mistake(
                variant("reversed(self.order())", "[self]"),
                "only the last step is taken. Let every node of `self.order()` pass its gradient on.",
                lambda cls: trials.only_the_last_step(cls, passes=2),
            ),
            Mistake(
                variant("reversed(self.order())", "self.order()"),
                "the walk begins at the leaves, where no gradient has arrived yet. Go through "
                "`reversed(self.order())`.",
                trials.only_the_last_step,
            ),
            Mistake(
                variant(WALK, BREADTH_FIRST),
                "where a node is used twice, as s in `s * s + s`, it passes its gradient on before all of it "
                "has arrived, or more than once. Go through `reversed(self.order())`.",
                too_early,
            ),
            Mistake(
                variant("operand.grad += slope", "operand.grad = slope"),
                "in `a * b + a` the number a receives twice. With `=` the second contribution overwrites the "
                "first: write `+=` in both operations.",
                lambda cls: gradients("a * b + a", cls)[0] in (1.0, B),
            ),
        ],
    ),
    "00.6": Exercise(
        judged("a class with all operations of the list", trials.of_operations),
        "an operation is two facts, its number and its local derivatives; the rest is the same for all.",
        [
            Mistake(
                variant("    __radd__ = __add__\n", ""),
                "`2 + a` asks the number 2 first, which knows no Values, and then the right operand: "
                "`__radd__ = __add__`. `sum` needs it too.",
                raised("2 + a", TypeError),
            ),
            Mistake(
                variant("    __rmul__ = __mul__\n", ""),
                "`2 * a` asks the number 2 first, which knows no Values, and then the right operand: "
                "`__rmul__ = __mul__`.",
                raised("2 * a", TypeError),
            ),
            Mistake(
                variant("return other + -1 * self", "return self + -1 * other"),
                "`5 - a` comes out as `a - 5`: in `__rsub__` the Value is what is subtracted.",
                lambda cls: Trial(cls, "5 - a").out.data == A - 5,
            ),
            Mistake(
                variant("n * self.data ** (n - 1)", "self.data ** (n - 1)"),
                "the derivative of a power has the exponent as a factor: n times a to the n - 1.",
                lambda cls: gradients("a**3", cls)[0] == A**2,
            ),
            Mistake(
                variant("(self, 1 - t * t)", "(self, 1 - self.data * self.data)"),
                "the derivative of tanh is 1 - t*t, where t is the *result*.",
                lambda cls: isclose(gradients("(a * 0.1).tanh()", cls)[0], 0.1 * (1 - (A * 0.1) ** 2)),
            ),
            Mistake(
                variant("float(self.data > 0)", "1.0"),
                "below 0 ReLU is flat: its derivative is 1 above 0, and 0 below.",
                lambda cls: gradients("b.relu()", cls) == (0.0, 1.0),
            ),
        ],
    ),
}
