"""A compiled function of many samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd import floats
from autograd.compiled.required import require_all
from autograd.compiled.shapes import NOTHING, as_arrays, rebuilt
from autograd.compiled.signature import Signature, whole_number
from autograd.containers import is_array, known_branches, made_like
from autograd.extras import extra
from autograd.programs.given import Given

with extra("jit", "compiled functions"):
    import numpy as np

if TYPE_CHECKING:
    from autograd.compiled.version import Version

_MOST_PLANS = 100

Prepared: TypeAlias = "Callable[[Sequence[Any], Mapping[str, Any]], tuple[Signature, Version]]"


class Plan:
    """What is the same in every batch whose arrays have certain shapes.

    Attributes:
        version: the program.
        sizes: for each array of results how many numbers a sample has; None for one without an axis.
        shapes: and their shape.
        structure: what the function returns, with `_ARRAY` in place of every array.
    """

    def __init__(self, version: Version) -> None:
        self.version = version
        self.shapes: list[tuple[int, ...]] = []

        def noted(shape: tuple[int, ...]) -> object:
            self.shapes.append(shape)
            return _ARRAY

        self.structure = as_arrays(version.trace.out, noted)
        self.sizes = [prod(shape) if shape else None for shape in self.shapes]

    def run(self, given: list[Given], sums: bool, threads: int) -> Any:
        """The results for arrays, in the structure that the function returns."""
        require_all(self.version.trace.required, given)
        made = self.version.runner.batch(given, self.sizes, sums, threads)
        samples = 0 if sums else 1
        parts = zip(made, self.shapes, strict=True)
        arrays = (part.reshape(part.shape[:samples] + shape) for part, shape in parts)
        return rebuilt(self.structure, lambda branch: next(arrays) if branch is _ARRAY else NOTHING)


_ARRAY = object()


def planned(
    prepared: Prepared,
    plans: dict[Any, Plan],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    shared: frozenset[int | str],
) -> tuple[Plan, list[Given]]:
    """How a batch is computed, and its arrays; looked up where all arguments are arrays of floats."""
    key = None if kwargs else _key(args, shared)
    plan = None if key is None else plans.get(key)
    if plan is not None:
        given, first = [], 0
        for place, array in enumerate(args):
            same = place in shared
            rows = array.reshape(-1) if same else array.reshape(len(array), prod(array.shape[1:]))
            given.append(Given(rows, first, rows.shape[-1], same))
            first += rows.shape[-1]
        return plan, _with_parameters(given, plan.version)
    version, _, given = taken_apart(prepared, args, kwargs, shared)
    plan = Plan(version)
    if key is not None:
        if len(plans) >= _MOST_PLANS:
            plans.clear()
        plans[key] = plan
    return plan, given


def _key(args: Sequence[Any], shared: frozenset[int | str]) -> Any:
    """The shapes of a batch's arrays; None if there is anything else, or something is wrong with them."""
    lengths = set()
    shapes = []
    for place, array in enumerate(args):
        if type(array) is not np.ndarray or array.dtype != np.float64 or not array.flags.c_contiguous:
            return None
        if place not in shared:
            if not array.ndim:
                return None
            lengths.add(len(array))
        shapes.append(array.shape[place not in shared :])
    return (tuple(shapes), shared) if len(lengths) == 1 and shared <= set(range(len(args))) else None


def _with_parameters(given: list[Given], version: Version) -> list[Given]:
    if version.parameters:
        now = np.array(version.numbers_of_parameters())
        given.append(Given(now, sum(part.count for part in given), len(now), True))
    return given


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
