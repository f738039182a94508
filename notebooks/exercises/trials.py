"""A class `Value` that somebody has written, held against the engine's.

A judge, such as `of_operands`, takes the class and says what is wrong with it, None if nothing is.
"""

from math import isclose

import autograd

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
        """After one step of the chain rule at the result, whose own gradient is 10; and after it once more."""
        self.out.grad = 10.0
        self.out._backward()
        first = self.gradients()
        self.out._backward()
        return first | {f"{name} after a second step": grad for name, grad in self.gradients().items()}

    def backward(self):
        self.out.backward()
        return self.results() | self.gradients()

    def gradients(self):
        return {"a.grad": self.a.grad, "b.grad": self.b.grad}


def beside_the_engine(expressions, measure):
    """The judge that says at which expression a class differs from the engine in what is measured."""

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
                    at = f"for {name} with a = {A:g} and b = {B:g}"
                    return f"{at}, {what} is {given[what]:g}; the engine says {right:g}."
        return None

    return judge


of_arithmetic = beside_the_engine(ARITHMETIC, Trial.results)
of_one_step = beside_the_engine(ARITHMETIC, Trial.one_step)
of_backward = beside_the_engine(DIAMONDS, Trial.backward)
of_operations = beside_the_engine(OPERATIONS, Trial.backward)


def operands_of(name, cls):
    """What a class remembers of the operands of an expression, and the nodes it was made of."""
    trial = Trial(cls, name)
    return trial.out.operands, (trial.a, trial.b)


def of_operands(cls):
    """What is wrong with the operands of nodes."""
    problem = of_arithmetic(cls)
    if problem:
        return problem
    for name, places in {"a + b": (0, 1), "a * b": (0, 1), "a * a": (0, 0)}.items():
        given, nodes = operands_of(name, cls)
        if not same_nodes(given, [nodes[place] for place in places]):
            return f"the operands of {name} are {given!r}."
    given, (a, _) = operands_of("a + 2", cls)
    if len(given) != 2 or given[0] is not a or not isinstance(given[1], cls):
        return f"the operands of a + 2 are {given!r}: the constant is a Value too."
    if not same_nodes(cls(A).operands, ()):
        return "a number that was not computed has no operands: `()`."
    return None


def same_nodes(given, nodes):
    if not isinstance(given, tuple | list) or len(given) != len(nodes):
        return False
    return all(x is y for x, y in zip(given, nodes, strict=True))


def of_order(cls):
    """What is wrong with the orders that a class finds."""
    problem = of_operands(cls)
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


def raised(name, kind, measure=Trial.one_step):
    """The sign that an expression raises an error of a kind."""

    def shown_by(cls):
        try:
            measure(Trial(cls, name))
        except kind:
            return True
        return False

    return shown_by


def gradients(name, cls):
    found = Trial(cls, name).backward()
    return found["a.grad"], found["b.grad"]


def step(name, cls):
    found = Trial(cls, name).one_step()
    return found["a.grad"], found["b.grad"]


def only_the_last_step(cls, passes=1):
    """Whether only the last operation passes its gradient on, however often `backward()` is called."""
    trial = Trial(cls, "a * b + a")
    for _ in range(passes):
        trial.out.backward()
    return trial.a.grad != 0 and trial.b.grad == 0
