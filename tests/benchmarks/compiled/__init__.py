"""Compiled functions beside those of other compilers and C by hand, which all are held against."""

from tests.benchmarks.compiled.arrays import Drjit, Jax, JaxLoop, Torch
from tests.benchmarks.compiled.by_hand import Numba, Numpy
from tests.benchmarks.compiled.ours import Autograd
from tests.benchmarks.compiled.peer import Peer
from tests.benchmarks.compiled.strict import C
from tests.benchmarks.compiled.symbolic import Casadi, CasadiC, Symengine

__all__ = ["PEERS", "STRICT"]

STRICT = C.name
PEERS: dict[str, type[Peer]] = {
    peer.name: peer
    for peer in (C, Autograd, Symengine, Casadi, CasadiC, Jax, JaxLoop, Numba, Drjit, Torch, Numpy)
}
