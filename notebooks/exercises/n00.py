"""Exercises of notebook 00, where the reader writes a class `Value`: it is held against the engine's.

A mistake is a change of the class at which the notebook arrives, with the sign by which it is recognised.
"""

import inspect
from math import isclose

import autograd
from exercises import forty_lines
from exercises.answers import Anything, Exercise, Mistake

A, B = 2.0, -3.0  # the numbers that every expression is tried with
ARITHMETIC = {
    "a + b": lambda a, b: a + b,
    "a * b": lambda a, b: a * b,
    "a + 2": lambda a, b: a + 2,
    "a * 2": lambda a, b: a * 2,
    "a * a": lambda a, b: a * a,
    "a * b + a": lambda a, b: a * b + a,
}
DIAMONDS = ARITHMETIC | {
    "(a * b) * (a + b)": lambda a, b: (a * b) * (a + b),
    "s * s + s, where s = a * b": lambda a, b: (lambda s: s * s + s)(a * b),
    "s + (s * b) * s, where s = a + b": lambda a, b: (lambda s: s + (s * b) * s)(a + b),
}
OPERATIONS = DIAMONDS | {
    "2 + a": lambda a, b: 2 + a,
    "2 * a": lambda a, b: 2 * a,
    "sum([a, b, a])": lambda a, b: sum([a, b, a]),
    "a - b": lambda a, b: a - b,
    "a - 2": lambda a, b: a - 2,
    "5 - a": lambda a, b: 5 - a,
    "a**3": lambda a, b: a**3,
    "b**2": lambda a, b: b**2,
    "(a * 0.1).tanh()": lambda a, b: (a * 0.1).tanh(),
    "a.relu()": lambda a, b: a.relu(),
    "b.relu()": lambda a, b: b.relu(),
}


class Trial:
    """Two numbers of somebody's class, and an expression of them."""

    def __init__(self, cls, name):
        self.a, self.b = cls(A), cls(B)
        self.out = OPERATIONS[name](self.a, self.b)

    def results(self):
        return {"the result": self.out.data, "a": self.a.data, "b": self.b.data}

    def one_step(self):
        """After one step of the chain rule at the result, whose own gradient is 10."""
        self.out.grad = 10.0
        self.out._backward()
        return self.gradients()

    def backward(self):
        self.out.backward()
        return self.gradients()

    def gradients(self):
        return {"a.grad": self.a.grad, "b.grad": self.b.grad}


def beside_the_engine(expressions, measure):
    """A judge of classes: it says at which expression a class differs from the engine, None if it never does."""

    def judge(cls):
        if not isinstance(cls, type):
            return f"{cls!r} is no class: hand over the class itself, `Value`."
        for name in expressions:
            try:
                trial = Trial(cls, name)
                if not isinstance(trial.out, cls):
                    return f"{name} gives a {type(trial.out).__name__}, not a Value."
                given = measure(trial)
            except Exception as error:
                return f"{name} raises {type(error).__name__}: {error}."
            for what, right in measure(Trial(autograd.Value, name)).items():
                if not isclose(given[what], right, abs_tol=1e-12):
                    return f"for {name} with a = {A:g} and b = {B:g}, {what} is {given[what]:g}; the engine says {right:g}."
        return None

    return judge


def operands_of(name, cls):
    """What a class remembers of the operands of an expression, and the nodes it was made of."""
    trial = Trial(cls, name)
    return trial.out.operands, (trial.a, trial.b)


def forgets(cls):
    """What is wrong with the operands of nodes."""
    problem = beside_the_engine(ARITHMETIC, Trial.results)(cls)
    if problem:
        return problem
    for name, places in {"a + b": (0, 1), "a * b": (0, 1), "a * a": (0, 0)}.items():
        given, nodes = operands_of(name, cls)
        if not same_nodes(given, [nodes[place] for place in places]):
            return f"the operands of {name} are {given!r}."
    given, (a, _) = operands_of("a + 2", cls)
    if len(given) != 2 or given[0] is not a or not isinstance(given[1], cls):
        return f"the operands of a + 2 are {given!r}: the constant is a Value too."
    return (
        None if same_nodes(cls(A).operands, ()) else "a number that was not computed has no operands: `()`."
    )


def same_nodes(given, nodes):
    return (
        isinstance(given, tuple | list)
        and len(given) == len(nodes)
        and all(map(lambda x, y: x is y, given, nodes))
    )


def out_of_order(cls):
    """What is wrong with the orders that a class finds."""
    problem = forgets(cls)
    if problem:
        return problem
    for name in DIAMONDS:
        out = Trial(cls, name).out
        try:
            order = list(out.order())
        except Exception as error:
            return f"order() of {name} raises {type(error).__name__}: {error}."
        problem = fault_of(order, out)
        if problem:
            return f"in the order of {name} {problem}."
    return None


def fault_of(order, out):
    places = {id(node): place for place, node in enumerate(order)}
    if len(places) < len(order):
        return "a node stands twice"
    if id(out) not in places:
        return "the result itself is missing"
    for node in order:
        if any(id(operand) not in places for operand in node.operands):
            return "an operand is missing"
        if any(places[id(operand)] > places[id(node)] for operand in node.operands):
            return "a node stands before one of its operands"
    return None


def variant(*changes):
    """The class at which the notebook arrives, with some of its text replaced."""
    source = inspect.getsource(forty_lines)
    for old, new in changes:
        if old not in source:
            raise ValueError(f"{old!r} does not stand in the class")
        source = source.replace(old, new)
    namespace = {}
    exec(source, namespace)
    return namespace["Value"]


def sign(shows):
    """A sign of a mistake: whether a class shows it. One that raises shows something else."""

    def shown_by(cls):
        try:
            return bool(shows(cls))
        except Exception:
            return False

    return shown_by


def raised(name, kind):
    """The sign that an expression raises an error of a kind."""

    def shown_by(cls):
        try:
            Trial(cls, name).one_step()
        except kind:
            return True
        except Exception:
            return False
        return False

    return shown_by


def gradients(name, cls):
    return tuple(Trial(cls, name).backward().values())


def step(name, cls):
    return tuple(Trial(cls, name).one_step().values())


def only_the_last_step(cls, times=1):
    """Whether only the last operation passes its gradient on, however often `backward()` is called."""
    trial = Trial(cls, "a * b + a")
    for _ in range(times):
        trial.out.backward()
    return trial.a.grad != 0 and trial.b.grad == 0


COERCED = "other if isinstance(other, Value) else Value(other)"

EXERCISES = {
    "00.1": Exercise(
        Anything(
            "a class whose numbers can be added and multiplied",
            beside_the_engine(ARITHMETIC, Trial.results),
            variant(),
        ),
        "sums and products are new Values, and a plain number is made one first.",
        [
            Mistake(
                variant(
                    (
                        "return self.made(self.data + other.data, (self, 1.0), (other, 1.0))",
                        "return self.data + other.data",
                    )
                ),
                "the sum is a plain number, and nothing can be remembered of it. Give `Value(...)` of it.",
                sign(lambda cls: isinstance(cls(A) + cls(B), float)),
            ),
            Mistake(
                variant((COERCED, "other")),
                "`a + 2` must work too: where `other` is no Value, make it one first.",
                raised("a + 2", AttributeError),
            ),
            Mistake(
                variant(
                    (
                        "        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))",
                        "        self.data += other.data\n        return self",
                    )
                ),
                "`a + b` changes `a`. It is to leave `a` as it is and make a new Value.",
                sign(lambda cls: (lambda a: (a + cls(B), a.data != A)[1])(cls(A))),
            ),
        ],
    ),
    "00.2": Exercise(
        Anything("a class whose results know their operands", forgets, variant()),
        "every result knows the nodes it was made of, in order, and one that is used twice is there twice.",
        [
            Mistake(
                variant(("tuple(operand for operand, _ in edges)", "{operand for operand, _ in edges}")),
                "a set holds the two operands of `a * a` only once, and does not keep left and right apart. Take a tuple.",
                sign(lambda cls: isinstance(operands_of("a * a", cls)[0], set | frozenset)),
            ),
            Mistake(
                variant(("tuple(operand for", "tuple(operand.data for")),
                "numbers are remembered, where nodes are needed: a gradient is to be handed to them. Write `self`, not `self.data`.",
                sign(lambda cls: isinstance(operands_of("a + b", cls)[0][0], float)),
            ),
            Mistake(
                variant(("self.operands = operands", "self.operands = ()")),
                "results have no operands: hand `(self, other)` to the new Value, and keep it in `__init__`.",
                sign(lambda cls: len(operands_of("a + b", cls)[0]) == 0),
            ),
            Mistake(
                variant(("operands=()", "operands=None")),
                "a number that was not computed has no operands: an empty tuple, not None, so that a loop can pass over it.",
                sign(lambda cls: cls(A).operands is None),
            ),
        ],
    ),
    "00.3": Exercise(
        Anything(
            "a class whose results pass their gradient on to their operands",
            beside_the_engine(ARITHMETIC, Trial.one_step),
            variant(),
        ),
        "each operand receives the gradient of the result times its local derivative, and adds it to what it has.",
        [
            Mistake(
                variant(("operand.grad += slope", "operand.grad = slope")),
                "in `a * a` the number a is used twice, and receives twice. With `=` the second gift overwrites the first: write `+=`.",
                sign(lambda cls: step("a * a", cls) == (20.0, 0.0)),
            ),
            Mistake(
                variant(("(self, other.data), (other, self.data)", "(self, self.data), (other, other.data)")),
                "the derivative of a * b by a is b, the *other* factor. Swap the two.",
                sign(lambda cls: step("a * b", cls) == (10 * A, 10 * B)),
            ),
            Mistake(
                variant(("slope * out.grad", "slope")),
                "the local derivative alone is handed on. Multiply it by `out.grad`, which arrives from above.",
                sign(lambda cls: step("a + b", cls) == (1.0, 1.0)),
            ),
            Mistake(
                variant(("out._backward = _backward", "out._backward = _backward()")),
                "`_backward()` calls the function at once, when no gradient is there yet. Keep the function itself: `out._backward = _backward`.",
                raised("a + b", TypeError),
            ),
            Mistake(
                variant(("out._backward = _backward", "")),
                "nothing arrives: is the function kept in the result, `out._backward = _backward`?",
                sign(lambda cls: step("a + b", cls) == (0.0, 0.0)),
            ),
        ],
    ),
    "00.4": Exercise(
        Anything(
            "a class whose `order()` lists all nodes of a result, operands first", out_of_order, variant()
        ),
        "every node stands once, and after all of its operands.",
        [
            Mistake(
                variant(
                    (
                        "                for operand in node.operands:\n                    visit(operand)\n                found[node] = True",
                        "                found[node] = True\n                for operand in node.operands:\n                    visit(operand)",
                    )
                ),
                "a node is put down before its operands. Visit the operands first, and put the node down when they are all there.",
                sign(lambda cls: Trial(cls, "a + b").out.order()[0].operands),
            ),
            Mistake(
                variant(
                    ("found = {}", "found = []"),
                    ("if node not in found", "if True"),
                    ("found[node] = True", "found.append(node)"),
                ),
                "a node that is used twice stands there twice. Look whether it has been visited before.",
                sign(
                    lambda cls: (lambda order: len({*map(id, order)}) < len(order))(
                        Trial(cls, "a * b + a").out.order()
                    )
                ),
            ),
            Mistake(
                variant(
                    (
                        "        visit(self)\n",
                        "        for operand in self.operands:\n            visit(operand)\n",
                    )
                ),
                "the result itself is missing: begin with `visit(self)`.",
                sign(
                    lambda cls: (lambda out: all(node is not out for node in out.order()))(
                        Trial(cls, "a + b").out
                    )
                ),
            ),
        ],
    ),
    "00.5": Exercise(
        Anything("a class with a `backward()`", beside_the_engine(DIAMONDS, Trial.backward), variant()),
        "from the result back to the leaves, every node passes its gradient on when all of it has arrived.",
        [
            Mistake(
                variant(("        self.grad = 1.0\n", "")),
                "all gradients are 0, because the first one is. The derivative of the result by itself is 1: begin with that.",
                sign(lambda cls: gradients("a + b", cls) == (0.0, 0.0)),
            ),
            Mistake(
                variant(("reversed(self.order())", "[self]")),
                "only the last step is taken. Let every node of `self.order()` pass its gradient on.",
                sign(lambda cls: only_the_last_step(cls, times=2)),
            ),
            Mistake(
                variant(("reversed(self.order())", "self.order()")),
                "the walk begins at the leaves, where no gradient has arrived yet. Go through `reversed(self.order())`.",
                sign(only_the_last_step),
            ),
            Mistake(
                variant(
                    (
                        "        for node in reversed(self.order()):\n            node._backward()",
                        "        waiting = [self]\n        for node in waiting:\n            node._backward()\n            waiting.extend(node.operands)",
                    )
                ),
                "where a node is used twice, as s in `s * s + s`, it passes its gradient on before all of it has arrived, or more than once. "
                "Go through `reversed(self.order())`.",
                sign(
                    lambda cls: (
                        gradients("a * b + a", cls) == (B + 1, A)
                        and gradients("s * s + s, where s = a * b", cls) != (33.0, -22.0)
                    )
                ),
            ),
            Mistake(
                variant(("operand.grad += slope", "operand.grad = slope")),
                "in `a * b + a` the number a receives twice. With `=` the second gift overwrites the first: write `+=` in both operations.",
                sign(lambda cls: B + 1 != gradients("a * b + a", cls)[0] in (1.0, B)),
            ),
        ],
    ),
    "00.6": Exercise(
        Anything(
            "a class with all operations of the list",
            beside_the_engine(OPERATIONS, Trial.backward),
            variant(),
        ),
        "an operation is two facts, its number and its local derivatives; the rest is the same for all.",
        [
            Mistake(
                variant(("    __radd__ = __add__\n", "")),
                "`2 + a` asks the number 2 first, which knows no Values, and then the right operand: `__radd__ = __add__`. `sum` needs it too.",
                raised("2 + a", TypeError),
            ),
            Mistake(
                variant(("    __rmul__ = __mul__\n", "")),
                "`2 * a` asks the number 2 first, which knows no Values, and then the right operand: `__rmul__ = __mul__`.",
                raised("2 * a", TypeError),
            ),
            Mistake(
                variant(("return other + -1 * self", "return self + -1 * other")),
                "`5 - a` comes out as `a - 5`: in `__rsub__` the Value is what is subtracted.",
                sign(lambda cls: Trial(cls, "5 - a").out.data == A - 5),
            ),
            Mistake(
                variant(("n * self.data ** (n - 1)", "self.data ** (n - 1)")),
                "the derivative of a power has the exponent as a factor: n times a to the n - 1.",
                sign(lambda cls: gradients("a**3", cls)[0] == A**2),
            ),
            Mistake(
                variant(("(self, 1 - t * t)", "(self, 1 - self.data * self.data)")),
                "the derivative of tanh is 1 - t*t, where t is the *result*.",
                sign(lambda cls: isclose(gradients("(a * 0.1).tanh()", cls)[0], 0.1 * (1 - (A * 0.1) ** 2))),
            ),
            Mistake(
                variant(("float(self.data > 0)", "1.0")),
                "below 0 ReLU is flat: its derivative is 1 above 0, and 0 below.",
                sign(lambda cls: gradients("b.relu()", cls) == (0.0, 1.0)),
            ),
        ],
    ),
}
