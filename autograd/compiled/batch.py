"""A compiled function of many samples, and on buffers that stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd import floats
from autograd.compiled.required import require_all
from autograd.compiled.shapes import as_arrays
from autograd.containers import is_array, known_branches, made_like
from autograd.extras import extra
from autograd.programs.given import Given

with extra("jit", "compiled functions"):
    import numpy as np

if TYPE_CHECKING:
    from autograd.compiled.signature import Signature
    from autograd.compiled.version import Version

    Prepared: TypeAlias = Callable[[Sequence[Any], Mapping[str, Any]], tuple[Signature, Version]]


def batch(
    prepared: Prepared,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    shared: frozenset[int | str],
    sums: bool,
    threads: int,
) -> Any:
    """What a compiled function returns for many samples."""
    named: list[tuple[int | str, Any]] = [*enumerate(args), *((name, kwargs[name]) for name in kwargs)]
    for key in shared - {key for key, _ in named}:
        raise ValueError(f"shared={key!r} names no argument; there are {[key for key, _ in named]}")
    arrays = {key: _arrays(thing, True) for key, thing in named}
    _require_one_length(arrays, shared)
    one = {key: thing if key in shared else _first_sample(thing) for key, thing in arrays.items()}
    signature, version = prepared(
        [one[key] for key, _ in named if isinstance(key, int)],
        {key: one[key] for key, _ in named if isinstance(key, str)},
    )
    for key, thing in arrays.items():
        if isinstance(thing, int) and signature.takes(key, thing):
            arrays[key] = float(thing)
    given = _given(arrays, shared)
    require_all(version.trace.required, given)
    first = sum(part.count for part in given)
    if version.parameters:
        now = np.array(version.numbers_of_parameters())
        given.append(Given(now, first, len(now), True))
    shapes: list[tuple[int, ...]] = []
    as_arrays(version.trace.out, shapes.append)
    made = version.runner.batch(given, [prod(shape) if shape else None for shape in shapes], sums, threads)
    rest = iter(zip(made, shapes, strict=True))

    def array(_: tuple[int, ...]) -> Any:
        numbers, shape = next(rest)
        return numbers.reshape(numbers.shape[: 0 if sums else 1] + shape)

    return as_arrays(version.trace.out, array)


def _arrays(thing: Any, alone: bool) -> Any:
    """A tree of arrays of floats; a number stays one, and what is no number stays what it is."""
    if isinstance(thing, (bool, str)) or thing is None:
        return thing
    if floats.is_number(thing):
        return thing if alone and isinstance(thing, int) else floats.as_float(thing)
    if is_array(thing) or type(thing) is list:
        array = np.asarray(thing)
        if array.dtype.kind not in "biuf":
            array = np.vectorize(floats.as_float, otypes=[float])(array)
        return np.ascontiguousarray(array, dtype=float) if array.ndim else float(array)
    branches = known_branches(thing)
    return thing if branches is None else made_like(thing, [_arrays(branch, False) for _, branch in branches])


def _cells(thing: Any) -> list[Any]:
    """The arrays and floats of a tree."""
    if is_array(thing) or isinstance(thing, float):
        return [thing]
    return [cell for _, branch in known_branches(thing) or () for cell in _cells(branch)]


def _first_sample(thing: Any) -> Any:
    if is_array(thing):
        first = thing[0] if len(thing) else np.zeros(thing.shape[1:])  # no number of it is ever used
        return float(first) if thing.ndim == 1 else first
    branches = known_branches(thing)
    return thing if branches is None else made_like(thing, [_first_sample(branch) for _, branch in branches])


def _require_one_length(arrays: Mapping[int | str, Any], shared: frozenset[int | str]) -> None:
    lengths = {
        len(cell)
        for key, thing in arrays.items()
        if key not in shared
        for cell in _cells(thing)
        if is_array(cell)
    }
    if len(lengths) != 1:
        raise ValueError(
            f"a batch needs arrays whose first axis is that of the samples, of one length, got lengths "
            f"{sorted(lengths) or 'of none'}; shared= names one that is the same for all"
        )


def _given(arrays: Mapping[int | str, Any], shared: frozenset[int | str]) -> list[Given]:
    found: list[Given] = []
    first = 0
    for key in arrays:
        for cell in _cells(arrays[key]):
            same = key in shared or isinstance(cell, float)
            numbers = np.asarray(cell, dtype=float)
            rows = numbers.reshape(-1) if same else numbers.reshape(len(numbers), prod(numbers.shape[1:]))
            found.append(Given(rows, first, rows.shape[-1], same))
            first += rows.shape[-1]
    return found


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
