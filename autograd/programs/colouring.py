"""Which outputs of a program share no input, so that one sweep differentiates them all.

If no two outputs of a group depend on the same input, the gradient of their sum is a row of the Jacobian for
each, none of which touches another. A group is a colour of the graph in which two rows are joined where they
have a column in common. For a matrix with a narrow band there are few colours, however many rows there are.

References:
    Curtis, Powell, Reid, "On the estimation of sparse Jacobian matrices", 1974: groups for one difference.
    Coleman, More, "Estimation of sparse Jacobian matrices and graph coloring problems", 1983.
    Gebremedhin, Manne, Pothen, "What color is your Jacobian?", SIAM Review 47, 2005.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograd.programs.program import UNUSED, Program


def dependences(program: Program, wrt: Sequence[int]) -> list[int]:
    """The inputs that each slot depends on, as bits of a whole number.

    Args:
        program: a program.
        wrt: the inputs in question; the first of them is bit 0.

    Returns:
        A number for each slot; 0 if it depends on none of the inputs in question.

    >>> from autograd import Value, flatten
    >>> x, y = Value(1.0), Value(2.0)
    >>> dependences(flatten([x.exp() + y], [x, y]), [0, 1])  # of x, y, exp(x) and the sum
    [1, 2, 1, 3]
    """
    found = [0] * program.first
    for bit, place in enumerate(wrt):
        found[place] = 1 << bit
    for left, right in zip(program.left, program.right, strict=True):
        found.append(found[left] if right == UNUSED else found[left] | found[right])
    return found


def coloured(rows: Sequence[int]) -> list[list[int]]:
    """Rows in groups that have no column in common: greedily, the fullest rows first.

    Args:
        rows: the columns of each row, as bits of a whole number.

    Returns:
        The positions of the rows, group by group; those without a column are in none.

    >>> coloured([0b0011, 0b0110, 0b1100, 0b1000, 0])
    [[0, 2], [1, 3]]
    """
    groups: list[list[int]] = []
    taken: list[int] = []  # the columns of each group
    for row in sorted(range(len(rows)), key=lambda row: -rows[row].bit_count()):
        columns = rows[row]
        if not columns:
            break
        colour = next((colour for colour, others in enumerate(taken) if not others & columns), len(taken))
        if colour == len(taken):
            groups.append([])
            taken.append(0)
        groups[colour].append(row)
        taken[colour] |= columns
    return groups


def bits(number: int) -> Iterator[int]:
    """The positions of the bits that are set, from the lowest on.

    >>> list(bits(0b10010))
    [1, 4]
    """
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
