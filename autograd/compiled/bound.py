"""A compiled function on buffers that stay: one sample, or many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from autograd.compiled.batch import Prepared, cells, taken_apart
from autograd.compiled.required import require_all
from autograd.compiled.shapes import as_arrays
from autograd.containers import is_array, known_branches, made_like
from autograd.extras import extra
from autograd.programs.given import Given

with extra("jit", "compiled functions"):
    import numpy as np

if TYPE_CHECKING:
    from autograd import Value
    from autograd.compiled.version import Version


class Bound:
    """A compiled function on buffers.

    Attributes:
        inputs: the arguments, with arrays that may be written to in place of their numbers: a tuple, or where
            some are given by name a dict by position and name.
        outputs: what it returns, with arrays that hold the results of the last call.
    """

    inputs: Any
    outputs: Any

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a bound function belongs to its buffers, and cannot be copied or pickled")

    def __call__(self) -> None:
        """Compute the outputs from what stands in the inputs."""
        raise NotImplementedError  # each bound function has a class of its own, whose call is the code


def bound(
    prepared: Prepared,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Bound:
    """A compiled function on buffers for these arguments."""
    signature, version = prepared(args, kwargs)
    source = np.array([*signature.numbers, *version.numbers_of_parameters()])
    target = np.zeros(len(version.program.outputs))
    code = version.runner.bind(source, target)
    if version.parameters:
        code = _with_parameters(code, version, source[len(signature.numbers) :])
    if version.trace.required:
        code = _with_requirements(code, version, source)
    made: Bound = type(Bound.__name__, (Bound,), {"__call__": staticmethod(code)})()
    positional, named = signature.arguments()
    inputs = dict(enumerate(positional)) | named if named else tuple(positional)
    made.inputs = as_arrays(inputs, _views(source))
    made.outputs = as_arrays(version.trace.out, _views(target))
    return made


def _with_parameters(code: Callable[[], None], version: Version, place: Any) -> Callable[[], None]:
    def call() -> None:
        place[:] = version.numbers_of_parameters()
        code()

    return call


def _with_requirements(code: Callable[[], None], version: Version, source: Any) -> Callable[[], None]:
    held = [source[each.place : each.place + 1] for each in version.trace.required]

    def call() -> None:
        for each, number in zip(version.trace.required, held, strict=True):
            each(number.tolist())
        code()

    return call


def _views(buffer: Any) -> Callable[[tuple[int, ...]], Any]:
    """Hands out one part of a buffer after the other."""
    start = 0

    def view(shape: tuple[int, ...]) -> Any:
        nonlocal start
        start, begin = start + prod(shape), start
        return buffer[begin:start].reshape(shape)

    return view


class BoundBatch:
    """A compiled function of many samples on buffers.

    A call without arguments computes all rows, one with `start` and `stop` the rows from one to before the
    other.

    Attributes:
        inputs: the arguments, as trees of arrays that may be written to: a tuple, or where some are given by
            name a dict by position and name.
        outputs: what it returns, with arrays that hold the results of the last call.
        parts: of every sum what each lane has added up of the rows of a tile, an array with the axes of tiles
            and of lanes around its own; in order, as sums stand in `outputs`.
        tile: how many rows a call adds up on their own; the sums of several tiles are added up in the end.
        samples: how many rows there are.
        values: the Values that the function uses without being given them.
        parameters: an array of their numbers, which is not read from them anew: it may be written to.
    """

    inputs: Any
    outputs: Any
    parts: list[Any]
    tile: int
    samples: int
    values: list[Value]
    parameters: Any

    def __init__(
        self, inputs: Any, version: Version, given: Sequence[Given], sums: Any, threads: int
    ) -> None:
        shapes: list[tuple[int, ...]] = []

        def noted(shape: tuple[int, ...]) -> float:
            shapes.append(shape)
            return 0.0

        kinds = _spread(sums, as_arrays(version.trace.out, noted))
        rows, results = version.runner.bind_batch(
            given, [prod(shape) if shape else None for shape in shapes], kinds, threads
        )
        self.rows: Any = rows
        whole = iter(
            array.reshape(array.shape[: 0 if summed else 1] + shape)
            for array, shape, summed in zip(results, shapes, kinds, strict=True)
        )
        self.inputs = inputs
        self.outputs = as_arrays(version.trace.out, lambda _: next(whole))
        self.values = list(version.parameters)
        self.parameters = given[-1].array if self.values else np.zeros(0)
        self.samples = max(len(part.array) for part in given if not part.shared)
        self.tile = getattr(self.rows, "tile", 0)
        summed = [shape for shape, summed in zip(shapes, kinds, strict=True) if summed]
        self.parts = [
            parts.reshape(len(parts), *shape, parts.shape[-1])
            for parts, shape in zip(getattr(self.rows, "parts", ()), summed, strict=False)
        ]
        self._given = given
        self._required = version.trace.required

    @property
    def chainable(self) -> bool:
        """Whether a `Chain` can run it: it is straight machine code, and calls no Python."""
        chainable: bool = getattr(self.rows, "chainable", False)
        return chainable

    @property
    def improving(self) -> bool:
        """Whether better machine code is on its way: until then nothing else is compiled."""
        improving: bool = getattr(self.rows, "improving", False)
        return improving

    def __call__(self, start: int = 0, stop: int | None = None) -> None:
        """Compute the rows from `start` to before `stop`; IndexError if there are no such rows."""
        stop = self.samples if stop is None else stop
        self.require(start, stop)
        self.rows(start, stop)

    def require(self, start: int, stop: int) -> None:
        """Raise IndexError unless there are these rows, or an error of a rule that their inputs break."""
        if not 0 <= start <= stop <= self.samples:
            raise IndexError(f"rows from {start} to {stop} of a batch of {self.samples}")
        require_all(self._required, self._given, start, stop)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a bound function belongs to its buffers, and cannot be copied or pickled")


def bound_batch(
    prepared: Prepared,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    shared: frozenset[int | str],
    sums: Any,
    threads: int,
    copy: bool,
) -> BoundBatch:
    """A compiled function of many samples on buffers for these arguments."""
    if not copy:
        for array in (*args, *kwargs.values()):
            if not isinstance(array, np.ndarray) or array.dtype != np.float64 or not array.flags.c_contiguous:
                raise TypeError(
                    f"with copy=False arguments are contiguous arrays of float64, got {array!r:.60}"
                )
    version, arrays, given = taken_apart(prepared, args, kwargs, shared)
    if copy:
        given = [Given(np.array(part.array), part.first, part.count, part.shared) for part in given]
    buffers = iter([part.array for part in given])
    trees = {key: _with_buffers(thing, buffers) for key, thing in arrays.items()}
    inputs = trees if kwargs else tuple(trees.values())
    return BoundBatch(inputs, version, given, sums, threads)


def _with_buffers(thing: Any, buffers: Any) -> Any:
    """A tree with buffers in place of its arrays and floats."""
    if is_array(thing) or isinstance(thing, float):
        return next(buffers).reshape(np.shape(thing))
    branches = known_branches(thing)
    return (
        thing
        if branches is None
        else made_like(thing, [_with_buffers(each, buffers) for _, each in branches])
    )


def _spread(sums: Any, tree: Any) -> list[bool]:
    """For each array of a tree whether it is summed; what is said of a branch holds for all in it."""
    if isinstance(sums, bool):
        return [sums] * len(cells(tree))
    branches = list(known_branches(tree) or ())
    if not isinstance(sums, (tuple, list)) or len(sums) != len(branches):
        raise ValueError(
            "sums is True or False, or has one of them for each part of what the function returns, such as "
            f"(True, False); got {sums!r:.60}"
        )
    return [each for said, (_, branch) in zip(sums, branches, strict=True) for each in _spread(said, branch)]
