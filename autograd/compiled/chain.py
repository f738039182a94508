"""Bound batches that run one after the other, many times, before Python goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.extras import extra

with extra("jit", "compiled functions"):
    import numpy as np

    from autograd.compiled.backend import BACKEND
    from autograd.compiled.bound import BoundBatch

if TYPE_CHECKING:
    from autograd.programs.llvm.links import Links


class Chain:
    """Bound batches and copies, in order, that one call runs many times in machine code: a loop of them.

    Batches work on each other's arrays if they are bound with `copy=False`. What they add up is not put
    together from its lanes: see `BoundBatch.parts`. One thread computes, without the interpreter's lock.

    A chain has buffers in it, and can be run by one thread at a time.

    Raises:
        ImportError: if there is no llvmlite.

    Newton's method for the square root of 2, from 1:

    >>> import numpy as np
    >>> from autograd import jit
    >>> x, found = np.array([1.0]), np.zeros((5, 1))
    >>> better = jit(lambda x: (x + 2.0 / x) / 2.0).bind_batch(x, copy=False)
    >>> chain = Chain()
    >>> chain.run(better)
    >>> chain.copy(better.outputs, x)
    >>> chain.copy(x, found)
    >>> chain(5)
    5
    >>> found.ravel().tolist()
    [1.5, 1.4166666666666665, 1.4142156862745097, 1.4142135623746899, 1.414213562373095]
    """

    def __init__(self) -> None:
        if BACKEND != "llvm":
            raise ImportError("a chain is machine code: pip install 'scalar-autograd[jit]'")
        from autograd.programs.llvm.links import Links

        self._links: Links = Links()
        self._ranges: list[tuple[Any, BoundBatch]] = []
        self._rows: list[int] = []

    def run(self, bound: BoundBatch, ranges: Any = None) -> None:
        """Compute all rows of a batch, or in each run some of them.

        Args:
            bound: what `bind_batch` returned.
            ranges: an array (runs, 2) of int64: run r computes the rows from `ranges[r, 0]` to before
                `ranges[r, 1]`. It is read in every call.

        The rows of a run are added up in one go, however many there are. Rules that inputs are held to, those
        of `require`, are looked at before the first run: here for all rows, and in each call for `ranges`.

        Raises:
            TypeError: if it is no bound batch, or its program is not straight machine code; if the ranges are
                no contiguous array of int64.
            ValueError: if they have another shape.
        """
        if not isinstance(bound, BoundBatch):
            raise TypeError(f"a chain runs what bind_batch returns, got {bound!r:.60}")
        if not bound.chainable:
            raise TypeError("a chain is machine code alone; this program calls Python, or is too long for it")
        if ranges is None:
            ranges = np.array([[0, bound.samples]])
            _require_rows(bound, ranges)
        else:
            _require(ranges, np.int64, "ranges")
            if ranges.ndim != 2 or ranges.shape[1] != 2:
                raise ValueError(f"ranges have a start and a stop for each run, got the shape {ranges.shape}")
            self._rows.append(len(ranges))
            self._ranges.append((ranges, bound))
        self._links.call(bound.rows, ranges)

    def copy(self, source: Any, target: Any) -> None:
        """Copy an array to another of its shape; of an array (runs, ...) run r copies from or to entry r.

        Raises:
            ValueError: if the shapes do not fit, or the target is read-only.
            TypeError: if one is no contiguous array of float64.
        """
        for array in (source, target):
            _require(array, np.float64, "an array that is copied")
        if not target.flags.writeable:
            raise ValueError("an array is copied to one that is read-only")
        a, b = source.shape, target.shape
        if a != b and a[1:] != b and a != b[1:]:
            raise ValueError(f"an array of shape {a} is copied to one of shape {b}, but for an axis of runs")
        if a != b:
            self._rows.append(max(source, target, key=np.ndim).shape[0])
        self._links.copy(source, target)

    def check(self, array: Any) -> None:
        """Stop here unless all numbers of an array are smaller than 1e300 in size; nan is not.

        Raises:
            TypeError: if it is no contiguous array of float64.
        """
        _require(array, np.float64, "an array that is checked")
        self._links.check(array)

    def __call__(self, runs: int, first: int = 0) -> int:
        """Do everything so many times; Ctrl-C is heard when that is done.

        Args:
            runs: how many times.
            first: the number of the first run, which says what `ranges` and axes of runs mean in it.

        Returns:
            The number of the run that a check has stopped before its end; else `first + runs`.

        Raises:
            IndexError: if an array has no entry for a run, or there are no such rows.
        """
        self._links.ended[0] = first
        last = first + runs
        if first < 0 or runs < 0:
            raise IndexError(f"runs are counted from zero, got runs={runs} and first={first}")
        if last > min(self._rows, default=last):
            raise IndexError(f"runs {first} to {last}, with arrays for {min(self._rows, default=0)} runs")
        for ranges, bound in self._ranges if runs else ():
            _require_rows(bound, ranges[first:last])
        self._links(first, last)
        return self.ended

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a chain belongs to its arrays, and cannot be copied or pickled")

    @property
    def ended(self) -> int:
        """What the last call returned; if it was broken off by an error or Ctrl-C, what it would have."""
        return int(self._links.ended[0])


def _require(array: Any, kind: Any, what: str) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != kind or not array.flags.c_contiguous:
        raise TypeError(f"{what} is a contiguous array of {kind.__name__}, got {array!r:.60}")


def _require_rows(bound: BoundBatch, ranges: Any) -> None:
    starts, stops = ranges.T
    bound.require(int(starts.min()), int(stops.max()))
    if (stops < starts).any():
        raise IndexError("a range of rows ends before it starts")
