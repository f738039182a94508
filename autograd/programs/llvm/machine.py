"""IR text to machine code in memory, by way of the cache on disk.

The text is parsed, optimised and emitted as an object file for the processor at hand; the object is loaded
and linked. What is kept on disk is the object, so code must not hold addresses: it names what it calls
outside itself, and the names get their addresses when it is loaded.

Few of LLVM's passes are run: straight code that is simplified already gains nothing from the others, which
take longer than everything else together. None changes a result.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, cached_property
from threading import Lock
from time import perf_counter
from typing import Any

from autograd.extras import extra
from autograd.programs.llvm import cache as disk

with extra("jit", "machine code"):
    import llvmlite
    import llvmlite.binding as llvm

BEST = 2
"""The level of the best code. Level 0 compiles several times faster, to code several times slower."""

_linking = Lock()  # names are given their addresses for the whole process


class Loaded:
    """Machine code in memory, which lives as long as this object does.

    Attributes:
        ir: the text that it was compiled from.
        level: how well, from 0 to 3.
        size: how many bytes of instructions there are.
        seconds: how long each stage took: `parse`, `optimise`, `emit`, or instead of them `read` from the
            cache on disk; and `load`.

    Args:
        ir: the text.
        level: how well it is to be compiled.
        symbols: the address of what the code calls or reads outside itself, by its name.
    """

    def __init__(self, ir: str, level: int, symbols: Mapping[str, int]) -> None:
        self.ir = ir
        self.level = level
        self.seconds: dict[str, float] = {}
        self._addresses: dict[str, int] = {}
        code = self._code()
        file = llvm.ObjectFileRef.from_data(code)
        self.size: int = sum(section.size() for section in file.sections() if section.is_text())
        with self._timed("load"), _linking:
            for name, address in symbols.items():
                llvm.add_symbol(name, address)
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target_machine(level))
            self._engine.add_object_file(file)
            self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Where a function of the code starts.

        Raises:
            KeyError: if the text defines no such function.
        """
        found: int = self._addresses.get(name) or self._engine.get_function_address(name)
        if not found:
            raise KeyError(f"the code has no function {name!r}")
        self._addresses[name] = found
        return found

    @cached_property
    def assembly(self) -> str:
        """The instructions as text, in the processor's own language."""
        text: str = target_machine(self.level).emit_assembly(self._optimised())
        return text

    def _code(self) -> bytes:
        """The object file, from the cache or compiled."""
        name = _key(self.ir, self.level)
        with self._timed("read"):
            kept = disk.read(name)
        if kept is not None:
            return kept
        del self.seconds["read"]
        module = self._optimised()
        with self._timed("emit"):
            code: bytes = target_machine(self.level).emit_object(module)
        disk.write(name, code)
        return code

    def _optimised(self) -> Any:
        with self._timed("parse"):
            module = llvm.parse_assembly(self.ir)
        if self.level:  # else calls of what could be written in place of them stay calls
            with self._timed("optimise"):
                passes = llvm.create_new_module_pass_manager()
                passes.add_always_inliner_pass()
                passes.add_instruction_combine_pass()
                passes.add_simplify_cfg_pass()
                options = llvm.create_pipeline_tuning_options(self.level)
                passes.run(module, llvm.create_pass_builder(target_machine(self.level), options))
        return module

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.seconds[stage] = perf_counter() - start


def compiled(ir: str, level: int = BEST, symbols: Mapping[str, int] | None = None) -> Loaded:
    """Machine code for this processor, ready to be called.

    Args:
        ir: the text of a module.
        level: how well it is compiled, from 0 (soon ready) to 3.
        symbols: the address of each function outside the code that it calls, by its name. Names stand for the
            same address in the whole process.

    Raises:
        RuntimeError: if the text is not valid IR; the message shows where.

    >>> loaded = compiled("define double @twice(double %x) { %y = fadd double %x, %x ret double %y }")
    >>> import ctypes
    >>> ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(loaded.address("twice"))(1.5)
    3.0
    """
    return Loaded(ir, level, symbols or {})


def is_kept(ir: str, level: int = BEST) -> bool:
    """Whether machine code for a text is on disk, and need not be compiled."""
    return disk.is_there(_key(ir, level))


def _key(ir: str, level: int) -> str:
    return disk.key(ir, str(level), *_environment())


def target_machine(level: int = BEST) -> Any:
    """LLVM's description of this processor, as code of a level is made for it."""
    _initialise()
    processor, features = _processor()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(processor, features, opt=level, reloc="pic", codemodel="small")


@cache
def _initialise() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    llvm.initialize_native_asmparser()


@cache
def _processor() -> tuple[str, str]:
    """The name of this processor, and what it can do."""
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


@cache
def _environment() -> tuple[str, ...]:
    """What object code depends on beside the text and the level."""
    package = sys.modules[__name__.partition(".")[0]]  # not imported by name: it stands above this file
    return (
        *_processor(),
        llvm.get_process_triple(),
        llvmlite.__version__,
        ".".join(map(str, llvm.llvm_version_info)),
        sysconfig.get_config_var("SOABI") or sys.version,
        vars(package)["__version__"],
    )
