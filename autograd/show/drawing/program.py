"""Programs drawn as graphs are: a box for every slot, an oval for every operation.

A box has the name that the slot has where the program is printed. A constant is drawn again beside each use,
so that no edge runs across everything else. What is left out of a long program is what is farthest from the
outputs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from autograd.programs.program import UNUSED, Program
from autograd.show.drawing.blank import blank
from autograd.show.drawing.caption import EVERYTHING, above
from autograd.show.drawing.escapes import label, tooltip, wrapped
from autograd.show.drawing.look import AGAIN, BOX, OPERATION, Look, width
from autograd.show.drawing.plan import PAGE
from autograd.words.numerals import short
from autograd.words.symbol import applied

if TYPE_CHECKING:
    from autograd.show.drawing.digraph import Drawing

_REST = "rest"  # the id of the box for all that is left out
_FEWEST = 3  # slots that are not left out
_LONGEST = 15  # letters of a line
_NARROWER = 0.97  # than what would just fit
_LOOK = Look()


def draw_program(
    program: Program, format: str, rankdir: str | None, max_nodes: int | None, page: float = PAGE
) -> Drawing:
    """The drawing of a program.

    Args:
        program: what is drawn.
        format: what `render()` writes.
        rankdir: where the arrows point; None chooses the direction that fits a page.
        max_nodes: how many inputs and instructions are drawn; None draws all.
        page: how many points the drawing may be wide; less is drawn until it is.
    """
    picture = _Picture(program, max_nodes)
    rankdir = rankdir or picture.direction
    drawing = blank(format, _LOOK, {"rankdir": rankdir, **above(picture.caption())})
    picture.add(drawing, below=rankdir in ("TB", "BT"))
    if page < inf and len(picture.kept) > _FEWEST:

        def further(found: float | None) -> Drawing:
            fewer = 0.25 if found is None else _NARROWER * page / found
            return draw_program(program, format, None, max(_FEWEST, int(len(picture.kept) * fewer)), page)

        drawing.further, drawing.room = further, page
    return drawing


class _Picture:
    """What is drawn of a program."""

    def __init__(self, program: Program, max_nodes: int | None) -> None:
        self.program = program
        self.names = program.names()
        self.ranks = _ranks(program)
        constants = range(len(program.inputs), program.first)
        slots = [slot for slot in range(len(self.names)) if slot not in constants]
        nearest = sorted(slots, key=lambda slot: (self.ranks[slot], -slot))
        self.kept = sorted(nearest[:max_nodes])
        self._drawn = set(self.kept)
        self.left_out = nearest[len(self.kept) :]
        self.constants = constants
        self.outputs: defaultdict[int, list[str]] = defaultdict(list)
        many = len(program.outputs) > 1
        for number, slot in enumerate(program.outputs, 1):
            self.outputs[slot].append(f"output {number}" if many else "output")

    @property
    def direction(self) -> str:
        """The rankdir in which it fits a page, guessed from the longest way through it."""
        widths: dict[int, float] = {}
        for slot in self.kept:
            rank = self.ranks[slot]
            widths[rank] = max(widths.get(rank, 0.0), width(self._lines(slot)))
        return "LR" if sum(widths.values()) + _LOOK.between * (len(widths) - 1) <= PAGE else "TB"

    def caption(self) -> list[str]:
        if not self.left_out:
            return []
        inputs = sum(slot < self.program.first for slot in self.kept)
        drawn = f"{len(self.kept) - inputs:,} of {len(self.program):,} instructions are drawn"
        return [f"{drawn}, those nearest to the outputs", EVERYTHING]

    def add(self, home: Drawing, below: bool) -> None:
        """Everything that is drawn."""
        shown = [*self.kept, *(slot for slot in self.outputs if slot in self.constants)]
        for slot in shown:
            fields = "|".join(map(label, self._lines(slot)))
            said = tooltip(self._sentence(slot))
            home.node(f"n{slot}", f"{{{fields}}}" if below else fields, shape="record", tooltip=said)
        if self.left_out:
            look = BOX | {"style": "rounded,filled", "fillcolor": "#eeeeee"}
            home.node(_REST, label("\n".join(self._rest())), tooltip="what is not drawn", **look)
        from_the_rest: Counter[int] = Counter()
        for slot in self.kept:
            if slot >= self.program.first:
                self._add_instruction(home, slot, from_the_rest)
        for slot, uses in from_the_rest.items():
            home.edge(_REST, f"n{slot}_op", tooltip=f"{uses} use{'s' * (uses > 1)}")

    def _add_instruction(self, home: Drawing, slot: int, from_the_rest: Counter[int]) -> None:
        """The oval of an operation, and its edges."""
        oval, said = f"n{slot}_op", tooltip(self._sentence(slot))
        symbol = self.program.operations[self.program.codes[slot - self.program.first]].symbol
        home.node(oval, label(symbol), tooltip=said, **OPERATION)
        home.edge(oval, f"n{slot}")
        for index, operand in enumerate(self._operands(slot)):
            which = {"tooltip": tooltip(f"{self.names[operand]}, operand {index + 1} of {symbol}")}
            if operand in self.constants:
                copy = f"n{operand}_at_n{slot}"
                home.node(copy, label(self._lines(operand)[0]), tooltip=self.names[operand], **AGAIN)
                home.edge(copy, oval, **which)
            elif operand in self._drawn:
                home.edge(f"n{operand}", oval, **which)
            else:
                from_the_rest[slot] += 1

    def _operands(self, slot: int) -> list[int]:
        index = slot - self.program.first
        left, right = self.program.left[index], self.program.right[index]
        return [left] if right == UNUSED else [left, right]

    def _lines(self, slot: int) -> list[str]:
        """What stands in a box, one below the other."""
        if slot in self.constants:
            name = short(self.program.constants[slot - len(self.program.inputs)])
        else:
            name = wrapped(self.names[slot], _LONGEST)
        is_input = slot < len(self.program.inputs)
        return [name, *["input"] * is_input, *self.outputs.get(slot, ())]

    def _sentence(self, slot: int) -> str:
        """A slot as an equation, such as 'v1 = w*x'."""
        name = self.names[slot]
        if slot < self.program.first:
            return name
        operation = self.program.operations[self.program.codes[slot - self.program.first]]
        return f"{name} = {applied(operation, [self.names[x] for x in self._operands(slot)])}"

    def _rest(self) -> Iterator[str]:
        """How much is left out."""
        inputs = sum(slot < self.program.first for slot in self.left_out)
        outputs = sum(len(self.outputs.get(slot, ())) for slot in self.left_out)
        counts = {"instruction": len(self.left_out) - inputs, "input": inputs, "output": outputs}
        for what, number in counts.items():
            if number:
                yield f"{number:,} more {what}{'s' * (number > 1)}"


def _ranks(program: Program) -> list[int]:
    """The longest way from every slot to one that no instruction reads; what nothing needs is farthest."""
    first, longest = program.first, len(program)
    ranks = [-1] * (first + longest)
    for slot in program.outputs:
        ranks[slot] = 0
    for index in reversed(range(len(program))):
        ranks[first + index] = rank = max(ranks[first + index], 0)
        for operand in {program.left[index], program.right[index]} - {UNUSED}:
            ranks[operand] = max(ranks[operand], rank + 1)
    return [rank if rank >= 0 else longest for rank in ranks]
