"""A derivative written down as a sweep over a graph leaves it, before it is differentiated again.

Where what arrives from above is a number that does not move, a sweep over a graph computes with floats: there
is no node for it, and nothing is multiplied by 1. A node more or less is another order in which a walk meets
the rest, and so another order of the sums of the next derivative.
"""

from __future__ import annotations

from autograd import ops
from autograd.programs.builder import Builder
from autograd.programs.program import UNUSED, Program


def as_graph(program: Program, start: int) -> Program:
    """The program without the instructions that a sweep over a graph has no node for.

    Args:
        program: a program whose instructions from `start` on compute a derivative.
        start: the number of the instructions of the function itself, which stay as they are.

    >>> from autograd import Value, flatten
    >>> from autograd.programs.derivative import with_gradient
    >>> x, w = Value(2.0, label="x"), Value(-3.0, label="w")
    >>> function = flatten(w * x * 1.0, [x, w])
    >>> print(as_graph(with_gradient(function, [0]), len(function)))
    inputs: x, w
    v1 = w*x
    v2 = v1*1
    v3 = w + 0
    outputs: v2, v3
    """
    builder = Builder(program.inputs)
    places = [*range(len(program.inputs)), *map(builder.constant, program.constants)]
    instructions = zip(program.codes, program.left, program.right, strict=True)
    for index, (code, left, right) in enumerate(instructions):
        operation = program.operations[code]
        x, y = places[left], UNUSED if right == UNUSED else places[right]
        if index >= start:
            numbers = [builder.number(place) for place in (x, y)[: operation.arity]]
            if None not in numbers and ops.TABLE.get(operation.name) is operation:
                places.append(builder.constant(operation.value(*numbers)))
                continue
            if operation is ops.mul and 1.0 in numbers:
                places.append(y if numbers[0] == 1.0 else x)
                continue
        places.append(builder.instruction(operation, x, y))
    return builder.program([places[slot] for slot in program.outputs])
