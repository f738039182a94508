"""A scalar autograd engine: numbers that remember how they were computed, and their gradients.

>>> from autograd import Value
>>> x = Value(1.0)
>>> y = (3 * x + 2) ** 2
>>> y.backward()
>>> x.grad
30.0
"""

from __future__ import annotations

from autograd import functions, ops, primitive, value
from autograd.annotations import TYPE_CHECKING
from autograd.floats import as_float
from autograd.functions import *  # noqa: F403  (its `__all__` is the list of functions)
from autograd.modes import no_grad
from autograd.own_operations import operation
from autograd.primitive import Operation
from autograd.requirements import require
from autograd.scopes import current_scope, each_in_scope, is_tracing, scope
from autograd.value import Value
from autograd.vectors import as_values

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature
    from typing import Any

    from autograd.anomaly import detect_anomaly
    from autograd.check import check_grads
    from autograd.compiled.bound import Bound as Bound
    from autograd.compiled.bound import BoundBatch as BoundBatch
    from autograd.compiled.chain import Chain as Chain
    from autograd.compiled.function import Compiled as Compiled
    from autograd.compiled.function import jit as jit
    from autograd.directions import hvp, jvp, vjp
    from autograd.extras import extra
    from autograd.graph import trace
    from autograd.programs.arrays import run_on_arrays as run_on_arrays
    from autograd.programs.flatten import flatten
    from autograd.programs.program import Program
    from autograd.show.drawing.dot import draw_dot
    from autograd.show.explanation.explain import explain
    from autograd.show.explanation.explanation import Explanation
    from autograd.show.playing.player import Player, player
    from autograd.show.playing.steps import BackwardStep, BackwardSteps, backward_steps
    from autograd.transforms import elementwise_grad, grad, gradient, hessian, jacobian, value_and_grad

__version__ = "0.1.0"

native = not value.__file__.endswith(".py")
"""Whether `Value` runs compiled; the same file runs interpreted where there was no C compiler."""

__all__ = [
    "BackwardStep",
    "BackwardSteps",
    "Explanation",
    "Operation",
    "Player",
    "Program",
    "Value",
    "as_float",
    "as_values",
    "backward_steps",
    "check_grads",
    "current_scope",
    "detect_anomaly",
    "draw_dot",
    "each_in_scope",
    "elementwise_grad",
    "explain",
    "extra",
    "flatten",
    "grad",
    "gradient",
    "hessian",
    "hvp",
    "is_tracing",
    "jacobian",
    "jvp",
    "no_grad",
    "operation",
    "player",
    "require",
    "scope",
    "trace",
    "value_and_grad",
    "vjp",
]  # fmt: skip
__all__ += functions.__all__
__all__.sort()
# They are here too, but a star import must not replace the builtins of the same name.
__all__.remove("abs")
__all__.remove("pow")
__all__.remove("round")
__all__.remove("sum")

# Loaded when they are first used: most programs differentiate by backward() and never draw. `jit`, what it
# returns, and `run_on_arrays` need numpy and are not in `__all__`, so that a star import needs no library.
_LATER = {
    "autograd.anomaly": ("detect_anomaly",),
    "autograd.check": ("check_grads",),
    "autograd.compiled.bound": ("Bound", "BoundBatch"),
    "autograd.compiled.chain": ("Chain",),
    "autograd.compiled.function": ("Compiled", "jit"),
    "autograd.directions": ("hvp", "jvp", "vjp"),
    "autograd.extras": ("extra",),
    "autograd.graph": ("trace",),
    "autograd.programs.arrays": ("run_on_arrays",),
    "autograd.programs.flatten": ("flatten",),
    "autograd.programs.program": ("Program",),
    "autograd.show": (
        "BackwardStep",
        "BackwardSteps",
        "Explanation",
        "Player",
        "backward_steps",
        "draw_dot",
        "explain",
        "player",
    ),
    "autograd.transforms": ("elementwise_grad", "grad", "gradient", "hessian", "jacobian", "value_and_grad"),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            globals()[name] = getattr(import_module(module), name)
            return globals()[name]
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Written:
    """An attribute of each operation that is written when somebody asks; the class keeps its own."""

    def __init__(self, write: Callable[[Operation], object], of_the_class: str | None = None) -> None:
        self.write = write
        self.of_the_class = of_the_class

    def __get__(self, operation: Operation | None, owner: type[Operation]) -> object:
        if operation is not None:
            return self.write(operation)
        if self.of_the_class is None:
            raise AttributeError("the class has none")
        return self.of_the_class


def _text(operation: Operation) -> str:
    from autograd.words.help import text

    return text(operation)


def _signature(operation: Operation) -> Signature:
    from autograd.words.help import signature

    return signature(operation)


_DOCSTRING = _Written(_text, Operation.__doc__)  # which classes do not inherit
for _kind in {Operation, primitive.Bound, *map(type, ops.TABLE.values())}:
    _kind.__doc__ = _DOCSTRING  # type: ignore[assignment]
    _kind.__module__ = Operation.__module__  # compiled, each line has a class of its own, in `kernels`
Operation.__signature__ = _Written(_signature)  # type: ignore[attr-defined]


def _display(node: Value) -> dict[str, str]:
    from autograd.show import mimebundle

    return mimebundle(node)


def _deepcopy(node: Value, memo: dict[int, Any]) -> Value:
    from autograd.copying import deepcopy

    return deepcopy(node, memo)


def _reduce(node: Value) -> tuple[Any, ...]:
    from autograd.pickling import reduce

    return reduce(node)


value.DOORS.display = _display
value.DOORS.deepcopy = _deepcopy
value.DOORS.reduce = _reduce


def _warn_if_the_folder_is_shared() -> None:
    """Warn where the PyPI distribution `autograd` or `nn` has written into the same folders."""
    import os

    site = os.path.dirname(os.path.dirname(__file__))
    if not any(os.path.exists(os.path.join(site, package, "core.py")) for package in ("autograd", "nn")):
        return  # both of them have a file of this name
    others = [name for name in os.listdir(site) if name.startswith(("autograd-", "nn-")) and "-info" in name]
    if others:
        import warnings

        warnings.warn(
            f"{' and '.join(others)} in {site} wrote into the same folders as scalar-autograd: "
            "their files are mixed; uninstall both and install one of them again",
            stacklevel=3,
        )


_warn_if_the_folder_is_shared()
