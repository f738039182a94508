"""What a compiled function tells of itself: its program, its code, and how they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.programs.program import Program

if TYPE_CHECKING:
    from autograd.compiled.version import Version
    from autograd.programs.llvm.machine import Loaded


class Inspected:
    """What can be asked of a compiled function after its first call."""

    _last: Version | None

    @property
    def program(self) -> Program:
        """The program of the last call."""
        return self._latest().program

    @property
    def report(self) -> str:
        """How the program of the last call was made: the time of each stage, and how long it is.

        >>> from autograd import jit
        >>> f = jit(lambda x: x * x)
        >>> _ = f(3.0)
        >>> print(f.report.splitlines()[0])
        1 input, 1 instruction, 1 output
        """
        return self._latest().report

    @property
    def llvm_ir(self) -> str:
        """The program of the last call as LLVM gets it, before LLVM improves it.

        Raises:
            ValueError: before the first call, which makes the program.
            TypeError: if there is no machine code, on the numpy backend.
        """
        return self._code().ir

    @property
    def assembly(self) -> str:
        """The machine code of the last call's program as text, in the processor's own language.

        It is that of the best version, which is waited for: long programs run as code that was compiled
        quickly first.

        Raises:
            ValueError: before the first call, which makes the program.
            TypeError: if there is no machine code, on the numpy backend.
        """
        return self._code().assembly

    def _code(self) -> Loaded:
        """The best machine code of the last call's program."""
        runner: Any = self._latest().runner
        if not hasattr(runner, "best"):
            raise TypeError(
                "there is no machine code: the numpy backend runs this program; install llvmlite, with "
                "pip install 'scalar-autograd[jit]'"
            )
        best: Loaded = runner.best()
        return best

    def to_c(self, name: str = "f") -> str:
        """The program of the last call as a function in C."""
        from autograd.programs.c import to_c  # few ask for it, and it reads its functions when it is loaded

        return to_c(self.program, name)

    def to_python(self, name: str = "f") -> str:
        """The program of the last call as a function of floats in Python."""
        from autograd.programs.python import to_python

        return to_python(self.program, name)

    def _latest(self) -> Version:
        if self._last is None:
            raise ValueError(
                "there is no program yet: the first call makes it, from its arguments' structure"
            )
        return self._last
