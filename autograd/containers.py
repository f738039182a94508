"""One node of a tree: a container with branches, or a cell, which is a number or an array of numbers.

what a tree may be                      what it comes back as, with other numbers
a number, a Value                       a number, a Value
a numpy array of numbers or Values      an array of the same shape: of float64, or of Values
list, tuple, deque, dict                the same; a class of your own derived from one too
named tuple                             the same, field by field
OrderedDict, defaultdict, ...           a copy with other values; a mapping that is read-only, as a dict
dataclass                               made anew by its constructor: `__post_init__` runs, and computes
                                        the fields with init=False, which are no branches of the tree
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, MutableMapping
from copy import copy

from autograd import floats
from autograd.annotations import TYPE_CHECKING
from autograd.value import Value

if TYPE_CHECKING:
    from typing import Any

    Branches = Iterable[tuple[Any, Any]]  # each with its index, key or field


def branches_of(tree: Any, path: str = "") -> Branches:
    """The branches of a container.

    Raises:
        TypeError: if it is nothing that a tree is made of; the message says what and where.
    """
    known = known_branches(tree)
    if known is not None:
        return known
    hint = ""
    if isinstance(tree, (set, frozenset)):
        hint = "; a set has no order that would tell its numbers apart: give a list"
    elif isinstance(tree, Iterable) and not isinstance(tree, (str, bytes)):
        hint = "; give a list or an array of what it holds"
    raise TypeError(
        "expected numbers in nested lists, tuples, dicts, dataclasses or arrays, "
        f"got {type(tree).__name__}{' at ' + path if path else ''}: {tree!r:.60}{hint}"
    )


def known_branches(tree: Any) -> Branches | None:
    """The branches of a container; None for anything else."""
    if isinstance(tree, (list, deque)):
        return enumerate(tree)
    if isinstance(tree, tuple):
        names = getattr(tree, "_fields", None)
        return zip(names, tree, strict=True) if names else enumerate(tree)
    if isinstance(tree, (dict, Mapping)):
        return tree.items()
    fields = fields_of(tree)
    return None if fields is None else [(name, getattr(tree, name)) for name in fields]


def branches_of_anything(thing: Any) -> list[Any]:
    """What may hold Values in a thing that may be no tree; nothing in a string, for example."""
    if is_array(thing):
        return list(thing.flat) if thing.dtype.kind == "O" else []
    return [branch for _, branch in known_branches(thing) or ()]


def fields_of(tree: Any) -> list[str] | None:
    """What the constructor of a dataclass takes; None for anything else, also for one that is a dict."""
    if not hasattr(type(tree), "__dataclass_fields__") or isinstance(tree, (list, tuple, deque, Mapping)):
        return None
    from dataclasses import fields

    return [field.name for field in fields(tree) if field.init]


def step(tree: Any, key: Any) -> str:
    """How a branch is reached, such as ['w'], [0] or .w."""
    named = hasattr(tree, "_fields") or fields_of(tree) is not None
    return f".{key}" if named else f"[{key!r}]"


def kind_of(tree: Any) -> str:
    """What a number or a container pairs with: others of its kind."""
    if is_cell(tree) and not shape_of(tree):
        return "number"
    if isinstance(tree, Mapping):
        return "mapping"
    return "sequence" if fields_of(tree) is None else "dataclass"


def described(tree: Any, others: dict[Any, Any]) -> str:
    """What a tree is, beside one whose branches are `others`."""
    if is_cell(tree):
        return f"an array of shape {shape_of(tree)}" if shape_of(tree) else "a number"
    name = type(tree).__name__
    if kind_of(tree) == "sequence":
        return f"a {name} of {len(tree)}"
    alone = [key for key, _ in branches_of(tree) if key not in others]
    return f"a {name} with {alone}" if alone else f"a {name}"


def made_like(tree: Any, branches: list[Any]) -> Any:
    """A container like another one, with other branches."""
    kind = type(tree)
    if kind is list:
        return branches
    if isinstance(tree, tuple):  # also one that has fields, whatever its constructor takes
        return tuple.__new__(kind, branches)
    if kind is dict or (isinstance(tree, Mapping) and not isinstance(tree, MutableMapping)):
        return dict(zip(tree, branches, strict=True))
    if isinstance(tree, MutableMapping):
        made = copy(tree)
        for key, branch in zip(tree, branches, strict=True):
            made[key] = branch
        return made
    if isinstance(tree, (list, deque)):
        row = copy(tree)
        row.clear()
        row.extend(branches)
        return row
    return _made_anew(tree, branches)


def _made_anew(tree: Any, branches: list[Any]) -> Any:
    from dataclasses import replace

    try:
        return replace(tree, **dict(zip(fields_of(tree) or (), branches, strict=True)))
    except Exception as error:
        error.add_note(
            f"while a {type(tree).__name__} was made anew with other numbers: its constructor has to take "
            "Values, and derivatives of any sign"
        )
        raise


def is_cell(tree: Any) -> bool:
    """Whether it is a number, a Value or an array."""
    if isinstance(tree, (float, Value)):
        return True
    if isinstance(tree, (list, tuple, dict)):
        return False
    return is_array(tree) or floats.is_number(tree)  # it takes long to say no


def is_array(tree: Any) -> bool:
    """Whether it is a plain array: a matrix, a masked array and others have operators of their own."""
    kind = type(tree)
    return kind.__module__ == "numpy" and kind.__name__ in ("ndarray", "memmap")


def numbers_of(cell: Any, path: str = "") -> list[Any]:
    """The numbers and Values of a cell, those of an array row by row.

    Raises:
        TypeError: if the array holds anything else.
    """
    if not is_array(cell):
        return [cell]
    if cell.dtype.kind in "biuf":
        return list(cell.ravel().tolist())
    numbers = list(cell.flat)
    for i, number in enumerate(numbers):
        if not isinstance(number, Value) and not floats.is_number(number):
            raise TypeError(
                f"expected numbers in nested lists, tuples, dicts, dataclasses or arrays, got an array with "
                f"{type(number).__name__} at {path}{index_text(cell, i)}: {number!r:.60}"
            )
    return numbers


def shape_of(cell: Any) -> tuple[int, ...]:
    """The shape of an array; () of a number."""
    return tuple(cell.shape) if is_array(cell) else ()


def size_of(cell: Any) -> int:
    """How many numbers a cell has."""
    return int(cell.size) if is_array(cell) else 1


def index_text(cell: Any, place: int) -> str:
    """How a number of a cell is reached, counted row by row: [0, 2] in an array, '' in a number."""
    steps: list[str] = []
    for length in reversed(shape_of(cell)):
        place, rest = divmod(place, length)
        steps.insert(0, str(rest))
    return f"[{', '.join(steps)}]" if steps else ""


def block(shape: tuple[int, ...], numbers: list[Any]) -> Any:
    """A cell of a shape: of float64 unless there is a Value among the numbers."""
    if not shape:
        return numbers[0]
    import numpy

    if all(floats.is_number(number) for number in numbers):
        return numpy.array(numbers, dtype=float).reshape(shape)
    array = numpy.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array.reshape(shape)
