"""How samples and targets are read: from lists, arrays, and the frames and series of pandas or polars.

Neither library is needed: whatever has named columns is read as a frame, a column by itself as a series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from autograd import Value, as_float
from nn.arguments import few

Names = tuple[str, ...]


def rows_of(table: Any, name: str) -> list[Any]:
    """The rows of a table, in order: of a frame as lists, of a series as numbers, of a 2-D array as lists.

    Args:
        table: a sequence of rows; an array; a frame or a series.
        name: what it is, such as 'X'; errors say it.

    Raises:
        ValueError: if a column of a frame or a series holds something that is missing or not a number, or two
            columns of a frame have the same name.
        TypeError: if it is no sequence.

    >>> rows_of(((1, 2), (3, 4)), "X")
    [(1, 2), (3, 4)]
    """
    if _is_frame(table):
        names = list(table.columns)
        twice = sorted({str(column) for column in names if names.count(column) > 1})
        if twice:
            raise ValueError(f"every column of {name} needs its own name, got {few(twice)} more than once")
        columns = [_numbers_of_column(table[column], f"column {column!r} of {name}") for column in names]
        return [list(row) for row in zip(*columns, strict=True)]
    if hasattr(table, "to_list"):
        label = getattr(table, "name", None)
        return _numbers_of_column(table, name if label in (None, "") else f"{name}, the column {label!r},")
    return entries_of(table, name)


def entries_of(given: Any, name: str) -> list[Any]:
    """The entries of a sequence or an array in a list; arrays inside become lists too.

    Args:
        given: anything with entries in an order.
        name: what it is, such as 'y'; the error says it.

    Raises:
        TypeError: if it is a string, a dict or a set, or has no entries.
    """
    entries = given.tolist() if hasattr(given, "tolist") else given
    if isinstance(entries, (str, bytes, Mapping, Set)) or not isinstance(entries, Iterable):
        raise TypeError(
            f"{name} is a list, an array or a frame with an entry for each sample, "
            f"got {type(given).__name__}: {given!r:.60}"
        )
    return list(entries)


def column_names(table: Any) -> Names | None:
    """The names of a frame's columns; None if they are not strings, as the numbers that pandas counts by.

    >>> column_names([[1.0, 2.0]]) is None
    True
    """
    of_dask = hasattr(table, "columns") and hasattr(table, "to_delayed")
    names = tuple(table.columns) if _is_frame(table) or of_dask else ()
    return names if names and all(isinstance(name, str) for name in names) else None


def check_columns(known: Names | None, table: Any, name: str) -> None:
    """Hold the columns of a frame to those that a model was fitted with.

    Args:
        known: their names in order; None if they had none.
        table: what is to be checked; only a frame is.
        name: what it is, such as 'X'; the error says it.

    Raises:
        ValueError: if the names or their order differ; it says which.
    """
    names = column_names(table)
    if known is None or names is None or names == known:
        return
    missing = [repr(column) for column in known if column not in names]
    unknown = [repr(column) for column in names if column not in known]
    if missing or unknown:
        difference = f"missing {few(missing)}, unknown {few(unknown)}"
    else:
        place = next(i for i, column in enumerate(known) if names[i] != column)
        difference = f"another order, {names[place]!r} where {known[place]!r} was; select the columns by name"
    raise ValueError(f"the columns of {name} are not those that the model was fitted with: {difference}")


def single(entry: Any) -> Any:
    """The number in a list of one, and anything else as it is: targets may be a column of n rows.

    >>> single([3]), single(3), single([3, 4])
    (3, 3, [3, 4])
    """
    if type(entry) is float or type(entry) is int:
        return entry
    entry = entry.tolist() if hasattr(entry, "tolist") else entry
    return (
        entry[0] if isinstance(entry, Sequence) and not isinstance(entry, str) and len(entry) == 1 else entry
    )


def what_is_odd(samples: list[Any], rows: Sequence[int]) -> str:
    """What is wrong with samples that a model refused: an entry that is no number, or a length; or ''.

    Args:
        samples: at least one.
        rows: the number of each in the data.

    >>> what_is_odd([[1.0, 2.0], [3.0]], [0, 1])
    'sample 0 has 2 entries, sample 1 has 1'
    """
    for row, sample in zip(rows, samples, strict=True):
        entries = sample.tolist() if hasattr(sample, "tolist") else sample
        if _is_number(entries):
            return (
                f"X is flat, so that sample {row} is a number, {sample!r:.60}; for a model of one input make "
                "X a column, [[x] for x in X]; to give one sample of several inputs make it a row, [X]"
            )
        if isinstance(entries, str) or not isinstance(entries, Sequence):
            return f"sample {row} is no sequence of numbers: {sample!r:.60}"
        odd = [entry for entry in entries if not isinstance(entry, Value) and not _is_number(entry)]
        if odd:
            return f"sample {row} has an entry that is no number: {odd[0]!r:.60}"
        if len(entries) != len(samples[0]):
            return f"sample {rows[0]} has {len(samples[0])} entries, sample {row} has {len(entries)}"
    return ""


def _is_frame(table: Any) -> bool:
    return hasattr(table, "to_numpy") and hasattr(table, "columns")


def _numbers_of_column(column: Any, name: str) -> list[Any]:
    """The entries of a column, each held to be a number."""
    entries: list[Any] = column.to_list()
    for row, entry in enumerate(entries):
        if not _is_number(entry) or entry != entry:
            raise ValueError(
                f"{name} has {entry!r:.60} in row {row}: make every entry an int, a float or a bool, and "
                "fill in or leave out what is missing"
            )
    return entries


def _is_number(entry: Any) -> bool:
    try:
        as_float(entry)
    except TypeError:
        return False
    return True
