"""The names of `typing` that are needed at run time, without importing `typing`, which is slow to load.

Type checkers read the first branch and see the real ones; Python reads the second.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, Protocol
    from typing import final as final
    from typing import overload as overload

    from mypy_extensions import i64 as i64
    from mypy_extensions import mypyc_attr as mypyc_attr

    class Operand(Protocol):
        """What operations can be called with beside numbers: a Value, or a symbol that prints."""

        def _operate(self, operation: Any, args: tuple[Any, ...]) -> Any: ...
else:

    def final(decorated):
        """Leave a class as it is; to a type checker it is closed."""
        return decorated

    def overload(function):
        """Leave a signature as it is; to a type checker it is one of several."""
        return function

    def mypyc_attr(**attributes):
        """Leave a class as it is; the compiler reads what is said about it."""
        return final
