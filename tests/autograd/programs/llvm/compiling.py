"""An operation of the table, compiled as a loop over arrays: all that the tests of the written code need."""

import ctypes
from collections.abc import Callable

import llvmlite.binding as llvm
import numpy as np

from autograd.programs.llvm.operations import definitions, write
from autograd.programs.llvm.writer import Writer

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()

LOOP = """
define void @run(ptr %a, ptr %b, ptr %out, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%next, %loop]
  %pa = getelementptr double, ptr %a, i64 %i
  %pb = getelementptr double, ptr %b, i64 %i
  %po = getelementptr double, ptr %out, i64 %i
  %x = load {type}, ptr %pa, align 8
  %y = load {type}, ptr %pb, align 8
  {body}
  store {type} {result}, ptr %po, align 8
  %next = add i64 %i, {lanes}
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""


def compiled(operation, lanes=1, math="own", constant=None, level=2):
    """A function of one or two columns of numbers, which gives a list of results."""
    writer = Writer(lanes, math)
    operands = ["%x", "%y"][: operation.arity]
    if constant is not None:
        operands[1] = writer.number(constant)
    result = write(writer, operation, operands, constant)
    body = "\n  ".join(writer.lines)
    ir = LOOP.format(type=writer.type, body=body, result=result, lanes=lanes) + definitions([writer])
    run = loaded(ir, writer.symbols, level)

    def call(*columns):
        arrays = [np.array(column, dtype=float) for column in columns]
        count = len(arrays[0])
        padded = [np.concatenate([array, np.ones(-count % lanes)]) for array in arrays]
        out = np.empty(len(padded[0]))
        run(padded[0].ctypes.data, padded[-1].ctypes.data, out.ctypes.data, len(out))
        return out[:count].tolist()

    return call


def loaded(ir: str, symbols: dict[str, int], level: int) -> Callable[..., None]:
    for name, address in symbols.items():
        llvm.add_symbol(name, address)
    module = llvm.parse_assembly(ir)
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=level,
        reloc="pic",
    )
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    pointers = [ctypes.c_void_p] * 3
    run = ctypes.CFUNCTYPE(None, *pointers, ctypes.c_int64)(engine.get_function_address("run"))
    run.engine = engine  # which owns the code
    return run
