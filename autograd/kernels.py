"""The class of each line of the table, where it has one of its own: in the compiled package.

There `native/generate.py` puts another file in the place of this one. It has the same table with the values
and the derivatives of each line written out, so that nothing is read from `ops.py` while a graph is built.
Interpreted, every line is an `Operation`.
"""

from __future__ import annotations

from autograd.annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.primitive import Operation

KERNELS: dict[str, type[Operation]] = {}
