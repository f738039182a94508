"""Rows that stand on the workers of a cluster, and sums over them in an order that is always the same.

The rows are cut into partitions, whatever workers there are. For each step every partition is asked for the
sums over its rows, and these are added up partition by partition. So the numbers do not depend on how many
workers there are, nor on which of them has which partition. All that a worker holds is the result of a task:
when a worker is lost, the scheduler has another one compute it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

from autograd import Value, extra

with extra("dask", "training on a cluster"):
    import numpy as np

PARTITIONS = 8
"""Into how many partitions arrays are cut at most that are in none yet."""

LARGE = 2**20
"""Above how many bytes the parameters are sent to one worker, from which the others get them."""

_TOGETHER = 16  # sums of partitions are added by one task


class Program(NamedTuple):
    """What is computed for a row, and summed over rows.

    Attributes:
        function: a compiled function of a row of each column that returns a loss and a weight in a pair, and
            the gradient by the parameters; used before, so that it has its program.
        values: those whose numbers may change from step to step, the parameters first.
        trained: how many parameters there are.
    """

    function: Any
    values: list[Value]
    trained: int


class Part:
    """The rows of one partition, on the worker that computes their sums.

    Args:
        columns: arrays or frames of as many rows.
    """

    def __init__(self, *columns: Any) -> None:
        self.columns = [as_numbers(column) for column in columns]
        self._lock = Lock()
        self._program: Program | None = None
        self._bound: Any = None
        # Places among its Values, and among those of the program.
        self._used = self._which = np.zeros(0, dtype=int)

    def __len__(self) -> int:
        """How many rows there are; ValueError if the columns differ."""
        lengths = [len(column) for column in self.columns]
        if len(set(lengths)) != 1:
            raise ValueError(f"a partition of X, y and the weights has as many rows of each, got {lengths}")
        return lengths[0]

    def __sizeof__(self) -> int:
        return sum(column.nbytes for column in self.columns)

    def __reduce__(self) -> tuple[Any, ...]:
        return Part, tuple(self.columns)

    def rows(self, which: Any) -> list[Any]:
        """Some of the rows, of each column."""
        return [column[which] for column in self.columns]

    def column(self, place: int) -> Any:
        """All rows of one column."""
        return self.columns[place]

    def summed(self, which: Any, numbers: Any, program: Program) -> Any:
        """The loss, the weight and the gradient, summed over these rows in their order; None for all."""
        count = len(self) if which is None else len(which)
        if count == 0:
            return np.zeros(2 + program.trained)
        with self._lock:  # the buffers are used by one thread at a time
            bound = self._bound_to(program)
            bound.parameters[self._used] = numbers[self._which]
            for buffer, column in zip(bound.inputs, self.columns, strict=True):
                np.copyto(buffer[:count], column if which is None else column[which])
            bound(0, count)
            (loss, weight), gradient = bound.outputs
            return np.concatenate([[loss, weight], gradient])

    def _bound_to(self, program: Program) -> Any:
        """The program on buffers for all rows."""
        if self._program is not program:
            self._program, self._bound = program, program.function.bind_batch(*self.columns, sums=True)
            places = {value: place for place, value in enumerate(program.values)}
            used = [place for place, value in enumerate(self._bound.values) if value in places]
            self._used = np.array(used, dtype=int)
            self._which = np.array([places[self._bound.values[place]] for place in used], dtype=int)
        return self._bound


class Partitions:
    """Columns of rows on a cluster.

    Args:
        client: a `distributed.Client`.
        columns: numpy arrays, dask arrays, dask frames and series, or what numpy makes arrays of, with as
            many rows. Partitions of one that has some are kept; those of all have as many rows.

    Attributes:
        count: how many rows there are.

    Raises:
        ValueError: if the columns have different numbers of rows, in all or in a partition, or none.
    """

    def __init__(self, client: Any, *columns: Any) -> None:
        self._client = client
        parts = _partitioned(client, columns)
        self._parts = [client.submit(Part, *part, pure=False) for part in zip(*parts, strict=True)]
        self._ends = np.cumsum(client.gather(client.map(len, self._parts, pure=False)))
        self._program: Any = None
        self.count = int(self._ends[-1])
        if not self.count:
            raise ValueError("there are no samples: X is empty")

    def use(self, program: Program) -> None:
        """Say what is computed from now on."""
        self._program = self._client.submit(_itself, program, pure=False)

    def sums(self, values: Sequence[float], rows: Sequence[int] | None = None) -> tuple[float, float, Any]:
        """The loss, the weight and the gradient by the parameters, summed over rows.

        Args:
            values: the numbers of the program's Values, in their order.
            rows: which rows, by their place among all; None for all of them.

        Returns:
            Two numbers and an array.
        """
        numbers: Any = np.array(values, dtype=float)
        if numbers.nbytes > LARGE:
            numbers = self._client.submit(_itself, numbers, pure=False)
        asked = self._ask(Part.summed, rows, numbers, program=self._program)
        while len(asked) > _TOGETHER:
            groups = [asked[i : i + _TOGETHER] for i in range(0, len(asked), _TOGETHER)]
            asked = self._client.map(_added, groups, pure=False)
        total = _added(self._client.gather(asked))
        return float(total[0]), float(total[1]), total[2:]

    def rows(self, rows: Sequence[int]) -> list[Any]:
        """The numbers of some rows, an array for each column."""
        found = self._client.gather(self._ask(Part.rows, rows))
        order = np.argsort(np.argsort(self._places(rows), kind="stable"))  # they come by partition
        return [np.concatenate(column)[order] for column in zip(*found, strict=True)]

    def column(self, place: int) -> Any:
        """All numbers of a column."""
        found = self._client.map(Part.column, self._parts, [place] * len(self._parts), pure=False)
        return np.concatenate(self._client.gather(found))

    def _places(self, rows: Sequence[int]) -> Any:
        """For each row its partition."""
        return np.searchsorted(self._ends, np.asarray(rows, dtype=int), side="right")

    def _ask(self, what: Any, rows: Sequence[int] | None, *same: Any, **futures: Any) -> list[Any]:
        """Ask those partitions that have some of the rows, with which of theirs these are, in their order."""
        parts, which = self._parts, [None] * len(self._parts)
        if rows is not None:
            wanted, places = np.asarray(rows, dtype=int), self._places(rows)
            starts = self._ends - np.diff(self._ends, prepend=0)
            some = np.unique(places).tolist()
            parts = [self._parts[place] for place in some]
            which = [wanted[places == place] - starts[place] for place in some]
        each = [
            [argument] * len(parts) for argument in same
        ]  # by name it may become a task of that very name
        asked: list[Any] = self._client.map(what, parts, which, *each, pure=False, **futures)
        return asked


def _partitioned(client: Any, columns: Sequence[Any]) -> list[list[Any]]:
    """For each column its partitions: arrays, or futures of arrays and frames."""
    found = [
        client.compute(_delayed(column)) if hasattr(column, "to_delayed") else as_numbers(column)
        for column in _cut_alike(columns)
    ]
    cut = next((parts for parts in found if isinstance(parts, list)), None)
    if cut is None:
        ends = _ends([len(array) for array in found])
    else:
        ends = np.cumsum(client.gather(client.map(len, cut))).tolist()
    parts = [column if isinstance(column, list) else np.split(column, ends[:-1]) for column in found]
    counts = [len(column) for column in parts]
    if len(set(counts)) > 1:
        raise ValueError(
            f"X, y and the weights need as many partitions, got {counts}; repartition them alike"
        )
    return parts


def _ends(lengths: list[int]) -> list[int]:
    """Where the partitions of arrays end."""
    if len(set(lengths)) > 1:
        raise ValueError(f"every sample needs a target and a weight: got lengths {lengths}")
    count = max(1, min(PARTITIONS, lengths[0]))
    return [lengths[0] * k // count for k in range(1, count + 1)]


def _cut_alike(columns: Sequence[Any]) -> list[Any]:
    """Dask arrays with whole rows in a chunk; those of one length in the chunks of the first."""
    arrays = [column for column in columns if hasattr(column, "rechunk")]
    chunks = {column.shape[0]: column.chunks[0] for column in reversed(arrays)}

    def cut(array: Any) -> Any:
        known = array.shape[0] == array.shape[0]  # a length that is not known is a nan
        rows = {0: chunks[array.shape[0]]} if known else {}
        return array.rechunk(dict.fromkeys(range(1, array.ndim), -1) | rows)

    return [cut(column) if hasattr(column, "rechunk") else column for column in columns]


def _delayed(column: Any) -> list[Any]:
    """The partitions of a dask array or frame, still to be computed."""
    found = column.to_delayed()
    return list(found.ravel()) if hasattr(found, "ravel") else list(found)


def as_numbers(column: Any) -> Any:
    """An array of floats of an array, a frame or a list; ValueError if one of a frame is missing."""
    array = np.ascontiguousarray(column, dtype=float)
    if hasattr(column, "isna") and np.isnan(array).any():
        raise ValueError("a frame has a missing entry: fill in or leave out what is missing")
    return array


def _itself(thing: Any) -> Any:
    return thing


def _added(parts: Sequence[Any]) -> Any:
    """The sum of arrays, one after the other."""
    total = np.zeros_like(parts[0])
    for part in parts:
        total += part
    return total
