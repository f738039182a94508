"""What is made of a function for one structure of its arguments: a program, and what runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from autograd.compiled.backend import BACKEND, Runner, runner
from autograd.compiled.derivatives import traced
from autograd.compiled.results import in_structure
from autograd.compiled.signature import Signature
from autograd.compiled.trace import Slot, Trace
from autograd.programs.inline import inlined
from autograd.programs.join import with_outputs, without_repeats
from autograd.programs.prepare import prepared


class Version:
    """The program for one structure of arguments, and what runs it."""

    def __init__(self, f: Callable[..., Any], signature: Signature, math: str) -> None:
        start = perf_counter()
        trace = traced(f, *signature.arguments())
        written = perf_counter()
        few, which = without_repeats(trace.program)  # most entries of a matrix are 0.0
        self.program = with_outputs(prepared(inlined(few)), which)
        self._shapes = None if trace.kwargs else _structure(list(trace.args)), _structure(trace.out)
        self.trace: Trace = trace._replace(args=(), kwargs={})  # which may hold what is not to be kept alive
        self._written = len(trace.program)
        self._seconds = {"trace": written - start, "prepare": perf_counter() - written}
        self._math = math
        self._make_ready()

    def _make_ready(self) -> None:
        self.parameters = self.trace.parameters
        self.runner: Runner = runner(self.program, self._math)
        self.fast: Callable[..., Any] | None = None
        self._result = in_structure(self.trace.out)

    def __getstate__(self) -> dict[str, Any]:
        """Without the machine code, which is made anew where it is run."""
        state = {name: vars(self)[name] for name in ("program", "_shapes", "_seconds", "_written", "_math")}
        return state | {"trace": self.trace._replace(program=self.program)}  # the other is of no more use

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._make_ready()

    def numbers_of_parameters(self) -> list[float]:
        """The numbers of the parameters as they are now."""
        return [parameter.data for parameter in self.parameters]

    def require(self, numbers: Sequence[float]) -> None:
        """Hold the numbers of the arguments to what the function has said of them."""
        for each in self.trace.required:
            each((numbers[each.place],))

    def run(self, numbers: Sequence[float]) -> Any:
        """What the function returns for these numbers, and the parameters as they are now."""
        self.require(numbers)
        return self._result(self.runner.run([*numbers, *self.numbers_of_parameters()]))

    def function(self, slow: Callable[..., Any]) -> Callable[..., Any]:
        """A builtin function of arguments and results that are lists and tuples of floats; else `slow`."""
        arguments, results = self._shapes
        if self.parameters or self.trace.required or arguments is None or results is None:
            return slow
        return self.runner.function(arguments, results, slow)

    @property
    def report(self) -> str:
        """How the program was made."""
        counts = [
            (len(self.program.inputs), "input"),
            (len(self.program), "instruction"),
            (len(self.program.outputs), "output"),
        ]
        lines = [", ".join(f"{count:,} {what}{'s' * (count != 1)}" for count, what in counts)]
        lines.append(f"before simplification: {self._written:,} instructions")
        lines += [f"{stage}: {1000 * seconds:.1f} ms" for stage, seconds in self._seconds.items()]
        lines.append(f"backend: {BACKEND}, {self.runner.how}")
        for purpose, code in getattr(self.runner, "codes", {}).items():
            for loaded in code.versions:
                stages = ", ".join(f"{stage} {1000 * took:.1f} ms" for stage, took in loaded.seconds.items())
                lines.append(f"{purpose}: {loaded.size:,} bytes of code; {stages}")
        if called_back := getattr(self.runner, "called_back", []):
            lines.append(f"computed by calls of Python: {', '.join(called_back)}")
        return "\n".join(lines)


def _structure(thing: Any) -> Any:
    """A tree of lists and tuples with whole numbers for its slots; None if it is made of anything else."""
    if type(thing) is Slot:
        return int(thing)
    if type(thing) not in (list, tuple) or not thing:
        return None
    branches = [_structure(branch) for branch in thing]
    return None if None in branches else type(thing)(branches)
