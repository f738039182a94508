"""The engines that are measured: this project, which the others are compared with, then the scalar ones."""

from tests.benchmarks.engines.array import Casadi, CasadiCalls, Jax, Torch
from tests.benchmarks.engines.engine import Engine, Python, Unable
from tests.benchmarks.engines.scalar import Autograd, AutogradTransform, Micrograd, Minigrad, Slots, Xad

__all__ = ["ENGINES", "OURS", "Engine", "Unable"]

OURS = Autograd.name
ENGINES: dict[str, type[Engine]] = {
    engine.name: engine
    for engine in (
        Autograd,
        AutogradTransform,
        Micrograd,
        Slots,
        Minigrad,
        Xad,
        Torch,
        Casadi,
        CasadiCalls,
        Jax,
        Python,
    )
}
