"""A program of a model, kept until the model changes: outputs for many samples, the same to the last bit.

`predict` and pictures ask here first, and the model itself where there is no answer. Numbers of parameters
are read anew at every call. All else is part of the program: layers, settings, functions, running averages.
So before each use the model is asked for one sample, and what it computes is written down. If that, or what
the model holds (see `held`), differs from what was compiled, the program is dropped.

A new program has to give what the model gives for some of the samples, as they were given (see `trials`), and
a kept one for the first of them.

Compiling takes as long as some hundred samples do without it. It is done when that many were asked for since
the last change, in one call or in several, so at worst everything takes twice as long as it could.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from copy import copy, deepcopy
from itertools import chain
from math import nan
from typing import Any, Final, NamedTuple
from weakref import ref

from autograd import Value, flatten, is_tracing, no_grad
from nn.held import snapshot
from nn.module import Module, in_mode
from nn.outputs import numbers_in
from nn.refusals import by_sample, has_compiler
from nn.tables import rows_of
from nn.trials import places_to_try

# Measured on networks of 28 to 4,768 instructions, with an empty cache of machine code. One sample takes 0.1
# microseconds an instruction; a program 20 to 60 ms to load LLVM, once, and 70 microseconds an instruction.
_FEW: Final = 50  # samples; to see that a program still holds costs as much as 15 to 40 of them
_COMPILING: Final = 500  # samples take as long as compiling
_STARTING: Final = 200_000  # instructions take as long as what compiling costs whatever the length


def answers(model: Any, samples: Any, share: float = 1.0) -> Any:
    """The outputs of a model in evaluation mode for many samples, computed by a compiled program.

    Args:
        model: what may be a module.
        samples: a list of samples, or a numpy array with a row for each.
        share: what a sample costs without a program, as a share of what it costs one after the other.

    Returns:
        An array of floats, (N,) if the model has one output, (N, n) if it has several, with the numbers that
        the model gives for each sample by itself. None where the model is to be asked itself: if it or the
        samples cannot be compiled, or compiling does not pay.
    """
    if len(samples) < _FEW or not isinstance(model, Module) or not has_compiler() or not _is_recorded():
        return None
    usage = _usage_of(model)
    usage.samples += share * len(samples)
    if usage.kept is None and usage.samples < usage.due:
        return None
    try:
        numbers = _as_array(samples)
        return None if numbers is None else _run(model, samples, numbers, share, usage)
    except Exception:  # of whatever kind: without a program the model answers, or says what is wrong
        usage.start_again()
        return None


class Kept(NamedTuple):
    """A compiled model, and what it was at that time."""

    batch: Any
    holds: list[object]
    written: tuple[Any, ...]


class Usage:
    """For how many samples a model was asked since its last change, and its program once there is one."""

    def __init__(self, model: Module) -> None:
        address = id(model)
        self.model = ref(model, lambda _: _USAGES.pop(address, None))
        self.start_again()

    def start_again(self) -> None:
        self.kept: Kept | None = None
        self.samples = 0.0
        self.due = float(_COMPILING)


_USAGES: Final[dict[int, Usage]] = {}  # beside the models: copies and files of them hold no programs


def _usage_of(model: Module) -> Usage:
    found = _USAGES.get(id(model))
    if found is None or found.model() is not model:
        found = _USAGES[id(model)] = Usage(model)
    return found


def _run(model: Module, samples: Any, numbers: Any, share: float, usage: Usage) -> Any:
    """The outputs, by the program that is kept or by a new one; None if a new one is not due yet.

    Raises:
        Exception: of any kind, if the model cannot be compiled.
    """
    first, holds, kept = numbers[0].tolist(), snapshot(model), usage.kept
    answer = _answer(model, first) if kept is not None and kept.holds == holds else None
    if kept is None or answer is None or answer.written != kept.written:
        if kept is not None:  # the model has changed
            usage.start_again()
            usage.samples = share * len(numbers)
        answer = _answer_on_trial(model, first)
        usage.due = _COMPILING + _STARTING / max(1, answer.instructions)
        if usage.samples < usage.due:
            return None
        kept = Kept(program_of(model, "libm").batch, holds, answer.written)
    outputs = kept.batch(numbers)
    _require_the_same(model, samples, outputs, [0] if kept is usage.kept else places_to_try(numbers))
    usage.kept = kept
    return outputs


def _require_the_same(model: Module, samples: Any, outputs: Any, places: Iterable[int]) -> None:
    """Raise ValueError unless the model gives the outputs for the samples at some places."""
    for place in places:
        [sample] = rows_of(samples[place : place + 1], "X")
        with no_grad():
            expected = numbers_in(_outputs(model, copy(sample)))  # a model may write to it
        if repr(expected) != repr(outputs[place].tolist()):
            raise ValueError(f"compiled, {model!r:.60} gives {outputs[place]} instead of {expected}")


class Answer(NamedTuple):
    """What a model answers to a sample: the numbers as they are written, and how they are computed."""

    numbers: list[str]
    written: tuple[Any, ...]
    instructions: int


def _answer(model: Module, sample: list[float]) -> Answer:
    inputs = [Value(number) for number in sample]
    answer = _outputs(model, inputs)
    outputs = answer if isinstance(answer, list) else [answer]
    program = flatten(outputs, [*inputs, *model.parameters()])
    constants = program.constants.tobytes()  # where nan is the same as nan
    written = program.operations, constants, program.codes, program.left, program.right, program.outputs
    return Answer([repr(output.data) for output in outputs], written, len(program))


def _answer_on_trial(model: Module, sample: list[float]) -> Answer:
    """What a model answers to a sample, if it answers each by itself, and the same one always the same.

    A copy is asked, and the module `random` goes back to where it was: a model that notes something when it
    is called, or draws random numbers, must not be disturbed.
    """
    for part in model.modules():
        if not by_sample(part):
            raise TypeError(f"{part.describe()} may look at several samples together")
    trial, state = deepcopy(model), random.getstate()
    try:
        with in_mode(trial, False):
            before = snapshot(trial)
            answer, again = _answer(trial, sample), _answer(trial, sample)
            if answer != again or snapshot(trial) != before or random.getstate() != state:
                raise TypeError(f"{model.describe()} changes when it is called")
        return answer
    finally:
        random.setstate(state)


def _outputs(model: Module, sample: list[Any]) -> Any:
    """The output for one sample, or a list of them, as `predict` gets them."""
    answer = model.batch([sample])[0]
    return list(answer) if isinstance(answer, (list, tuple)) else answer


def program_of(model: Module, math: str) -> Any:
    """What `autograd.jit` makes of a model, a function of one sample; it does not keep the model alive.

    Args:
        model: a module.
        math: "libm" for the elementary functions that the model calls for a single sample, "own" for those
            that are quick for many.
    """
    from autograd import jit

    asked = ref(model)

    def outputs(sample: list[Value]) -> Any:
        model = asked()
        assert model is not None
        return _outputs(model, list(sample))

    return jit(outputs, math=math)


def _as_array(samples: Any) -> Any:
    """Samples as rows of floats; None if they are anything else than sequences of plain numbers."""
    import numpy as np

    if type(samples) is not np.ndarray:
        if not {*map(type, samples)} <= {list, tuple}:
            return None
        if not {*map(type, chain.from_iterable(samples))} <= {float, int, bool}:
            return None
        samples = np.array(samples, dtype=float)
    plain = samples.ndim == 2 and samples.size and samples.dtype.kind in "biuf" and samples.itemsize <= 8
    return np.ascontiguousarray(samples, dtype=float) if plain else None


def _is_recorded() -> bool:
    """Whether what is computed here leaves a graph, and nobody looks at each node."""
    if is_tracing():
        return False
    try:
        return bool((Value(nan) + 1.0)._prev)
    except FloatingPointError:  # within detect_anomaly()
        return False
