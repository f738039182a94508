"""Jacobians and Hessians as scipy's sparse arrays, whose structure is known before a number is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd.compiled.backend import Runner, runner
from autograd.compiled.derivatives import entries_of
from autograd.compiled.required import Required
from autograd.compiled.signature import Signature
from autograd.compiled.whole import WholeNumbers
from autograd.extras import extra
from autograd.programs.inline import inlined
from autograd.programs.join import with_outputs
from autograd.programs.prepare import prepared
from autograd.programs.program import Program
from autograd.programs.simplify import simplified
from autograd.value import Value

with extra("jit", "compiled functions"):
    import numpy as np

with extra("sparse", "a sparse matrix"):
    from scipy.sparse import csr_array


class Matrix(NamedTuple):
    """How the matrix for one structure of arguments is computed.

    Attributes:
        runner: computes the entries that may be other than 0.0, row by row.
        parameters: the Values that the function uses without being given them.
        required: what the numbers of the arguments are held to.
        columns: the column of each entry.
        starts: for each row which entry is its first; and at last how many there are.
        shape: how many rows and columns there are.
    """

    runner: Runner
    parameters: list[Value]
    required: Sequence[Required]
    columns: Any
    starts: Any
    shape: tuple[int, int]

    def of(self, numbers: Any) -> Any:
        """The matrix with these entries; its structure is a copy, since scipy may change it in place."""
        return csr_array((numbers, self.columns.copy(), self.starts.copy()), shape=self.shape)


class Matrices:
    """The matrices that a compiled function has, one for each structure of its arguments."""

    def __init__(self, f: Callable[..., Any], math: str) -> None:
        self._function = f
        self._math = math
        self._kept: dict[Any, Matrix] = {}
        self._whole = WholeNumbers(f)

    def numbers(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The matrix for some arguments."""
        matrix, given = self._matrix(args, kwargs)
        for each in matrix.required:
            each((given[each.place],))
        return matrix.of(np.array(matrix.runner.run([*given, *(node.data for node in matrix.parameters)])))

    def pattern(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """True where an entry may be other than 0.0."""
        matrix, _ = self._matrix(args, kwargs)
        return matrix.of(np.ones(len(matrix.columns), dtype=bool))

    def _matrix(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Matrix, list[float]]:
        signature = self._whole.signature(args, kwargs)
        if signature.has_values:
            raise TypeError("a sparse matrix holds plain numbers, and is computed from them; got a Value")
        if signature.key not in self._kept:
            self._kept[signature.key] = _compiled(self._function, signature, self._math)
        return self._kept[signature.key], signature.numbers


def _compiled(f: Callable[..., Any], signature: Signature, math: str) -> Matrix:
    trace, found, shape = entries_of(f, *signature.arguments())
    first = len(found.program.outputs) - len(found.rows)
    entries = with_outputs(found.program, range(first, len(found.program.outputs)))
    program = simplified(inlined(entries))
    kept = [entry for entry, slot in enumerate(program.outputs) if not _is_zero(program, slot)]
    program = prepared(with_outputs(program, kept))
    rows, columns = np.array(found.rows, dtype=np.int32), np.array(found.columns, dtype=np.int32)
    starts = np.zeros(shape[0] + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows[kept], minlength=shape[0]), out=starts[1:])
    return Matrix(runner(program, math), trace.parameters, trace.required, columns[kept], starts, shape)


def _is_zero(program: Program, slot: int) -> bool:
    place = slot - len(program.inputs)
    return 0 <= place < len(program.constants) and program.constants[place] == 0.0
