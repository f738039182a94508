"""A compiled function of many samples, and on buffers that stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd import floats
from autograd.compiled.required import require_all
from autograd.compiled.shapes import as_arrays
from autograd.compiled.signature import Signature, whole_number
from autograd.containers import is_array, known_branches, made_like
from autograd.extras import extra
from autograd.programs.given import Given

with extra("jit", "compiled functions"):
    import numpy as np

if TYPE_CHECKING:
    from autograd.compiled.version import Version

Prepared: TypeAlias = "Callable[[Sequence[Any], Mapping[str, Any]], tuple[Signature, Version]]"


def batch(
    prepared: Prepared,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    shared: frozenset[int | str],
    sums: bool,
    threads: int,
) -> Any:
    """What a compiled function returns for many samples."""
    version, _, given = taken_apart(prepared, args, kwargs, shared)
    require_all(version.trace.required, given)
    shapes: list[tuple[int, ...]] = []
    as_arrays(version.trace.out, shapes.append)
    made = version.runner.batch(given, [prod(shape) if shape else None for shape in shapes], sums, threads)
    rest = iter(zip(made, shapes, strict=True))

    def array(_: tuple[int, ...]) -> Any:
        numbers, shape = next(rest)
        return numbers.reshape(numbers.shape[: 0 if sums else 1] + shape)

    return as_arrays(version.trace.out, array)


def taken_apart(
    prepared: Prepared, args: Sequence[Any], kwargs: Mapping[str, Any], shared: frozenset[int | str]
) -> tuple[Version, dict[int | str, Any], list[Given]]:
    """The program for the arguments of a batch; these by position and name, as trees of arrays; and as given.

    Parameters that the function uses come last, shared by all samples.
    """
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
        number = whole_number(thing)
        if number is not None and signature.takes(key, number):
            arrays[key] = float(number)
    given = _given(arrays, shared)
    require_all(version.trace.required, given)
    if version.parameters:
        now = np.array(version.numbers_of_parameters())
        given.append(Given(now, sum(part.count for part in given), len(now), True))
    return version, arrays, given


def _arrays(thing: Any, alone: bool) -> Any:
    """A tree of arrays of floats; a number stays one, and what is no number stays what it is."""
    if isinstance(thing, (bool, str)) or thing is None:
        return thing
    if floats.is_number(thing):
        return thing if alone and whole_number(thing) is not None else floats.as_float(thing)
    if is_array(thing) or type(thing) is list:
        array = np.asarray(thing)
        if array.dtype.kind not in "biuf":
            array = np.vectorize(floats.as_float, otypes=[float])(array)
        return np.ascontiguousarray(array, dtype=float) if array.ndim else float(array)
    branches = known_branches(thing)
    return thing if branches is None else made_like(thing, [_arrays(branch, False) for _, branch in branches])


def cells(thing: Any) -> list[Any]:
    """The arrays and floats of a tree."""
    if is_array(thing) or isinstance(thing, float):
        return [thing]
    return [cell for _, branch in known_branches(thing) or () for cell in cells(branch)]


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
        for cell in cells(thing)
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
        for cell in cells(arrays[key]):
            same = key in shared or isinstance(cell, float)
            numbers = np.asarray(cell, dtype=float)
            rows = numbers.reshape(-1) if same else numbers.reshape(len(numbers), prod(numbers.shape[1:]))
            found.append(Given(rows, first, rows.shape[-1], same))
            first += rows.shape[-1]
    return found
