"""Operations of the user's own as what they are made of, where a program was given for them.

It is done when everything has been differentiated: the derivatives are those that the operation was given,
and not those of its program.
"""

from __future__ import annotations

from functools import cache

from autograd.primitive import Operation
from autograd.programs.builder import Builder, Written
from autograd.programs.program import UNUSED, Program
from autograd.programs.template import NAMES


def inlined(program: Program) -> Program:
    """The program with the instructions of an operation's own program in place of the operation.

    Raises:
        TypeError: if such a program is not written with autograd's functions.

    >>> from autograd import Value, flatten, operation
    >>> @operation(lambda x, out: 3 * x * x, program=lambda x: x * x * x)
    ... def cube(x):
    ...     return x**3
    >>> x = Value(2.0, label="x")
    >>> print(inlined(flatten(cube(x) + 1, x)))
    inputs: x
    v1 = x*x
    v2 = v1*x
    v3 = v2 + 1
    outputs: v3
    """
    bodies = [_body(operation) for operation in program.operations]
    if not any(bodies):
        return program
    builder = Builder(program.inputs)
    places = [*range(len(program.inputs)), *map(builder.constant, program.constants)]
    for code, *operands in zip(program.codes, program.left, program.right, strict=True):
        body = bodies[code]
        given = [places[slot] for slot in operands if slot != UNUSED]
        if body is None:
            places.append(builder.instruction(program.operations[code], *given))
        else:
            places += builder.laid_out(body, given)
    return builder.program([places[slot] for slot in program.outputs])


@cache
def _body(operation: Operation) -> Program | None:
    """An operation's own program; None if it has none."""
    if operation.program is None:
        return None
    builder = Builder(NAMES[: operation.arity])
    operands = [Written(builder, place) for place in range(operation.arity)]
    try:
        place = operands[0].read(operation.program(*operands))
    except Exception as error:
        raise TypeError(
            f"the program of {operation.name} is written with autograd's functions, autograd.exp rather than "
            f"math.exp, and takes no decisions; called with symbols, it failed: {error}"
        ) from error
    return inlined(builder.program([place]))
