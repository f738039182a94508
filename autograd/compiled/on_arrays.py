"""What a compiled function does with numpy's arrays: many samples at once, and buffers that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograd.compiled.batch import Plan, planned
from autograd.compiled.bound import Bound, BoundBatch, bound, bound_batch

if TYPE_CHECKING:
    from autograd.compiled.signature import Signature
    from autograd.compiled.version import Version


class OnArrays:
    """A compiled function; see `Compiled`."""

    _last: Version | None

    @cached_property
    def _plans(self) -> dict[Any, Plan]:
        """How batches were computed, by the shapes of their arrays."""
        return {}

    def _prepared(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Signature, Version]:
        """Arguments taken apart, and the program for them."""
        raise NotImplementedError

    def batch(
        self,
        *args: Any,
        shared: int | str | Sequence[int | str] = (),
        sums: bool = False,
        threads: int = 1,
        **kwargs: Any,
    ) -> Any:
        """The function of many samples at once.

        Args:
            args: where the function takes a number, an array of N numbers; where it takes n numbers in a list
                or an array, an array (N, n). A single number is the same for all samples.
            shared: the positions or names of other arguments that are the same for all samples.
            sums: whether to add up the results over the samples, in an order that `threads` does not change.
            threads: how many threads compute; the interpreter's lock is released meanwhile.
            kwargs: arguments by name.

        Returns:
            What the function returns, with arrays whose first axis is that of the samples: (N,) for a number,
            (N, n) for a list of n numbers.

        Raises:
            ValueError: if the arguments have no axis of samples, or axes of different lengths.

        >>> import numpy as np
        >>> from autograd import jit, value_and_grad
        >>> f = jit(value_and_grad(lambda x: x[0] * x[1]))
        >>> values, gradients = f.batch(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
        >>> values.tolist(), gradients.tolist()
        ([2.0, 12.0, 30.0], [[2.0, 1.0], [4.0, 3.0], [6.0, 5.0]])
        """
        once = shared if isinstance(shared, (tuple, list)) else (shared,)
        plan, given = planned(self._prepared, self._plans, args, kwargs, frozenset(once))
        self._last = plan.version
        return plan.run(given, sums, threads)

    def bind(self, *args: Any, **kwargs: Any) -> Bound:
        """The function on buffers that stay: a call takes no arguments and allocates nothing.

        Args:
            args: arguments of the function, whose numbers the buffers hold at first.
            kwargs: arguments by name.

        Returns:
            A function without arguments, with the arrays that it reads and writes: see `Bound`.

        >>> from autograd import jit
        >>> f = jit(lambda x: x[0] * x[1]).bind([3.0, 4.0])
        >>> f()
        >>> f.outputs
        array(12.)
        >>> f.inputs[0][1] = 5.0
        >>> f()
        >>> f.outputs
        array(15.)
        """
        return bound(self._prepared, args, kwargs)

    def bind_batch(
        self,
        *args: Any,
        shared: int | str | Sequence[int | str] = (),
        sums: Any = False,
        threads: int = 1,
        copy: bool = True,
        **kwargs: Any,
    ) -> BoundBatch:
        """The function of many samples on buffers that stay, of which a call computes some or all rows.

        Args:
            args: as for `batch`; the buffers hold their numbers at first.
            shared: as for `batch`.
            sums: whether to add up the results over the rows of a call; or a tuple that says so for each part
                of what the function returns.
            threads: as for `batch`.
            copy: whether the buffers are new. Else they are the arrays given, contiguous and of float64; they
                may be results of another bound batch: see `Chain`.
            kwargs: arguments by name.

        Returns:
            A function of `start` and `stop`; without them it computes all rows. It has the arrays that it
            reads and writes: see `BoundBatch`. Rows of results that were not asked for may be written too.

        >>> from autograd import Value, jit, value_and_grad
        >>> w = Value(2.0)
        >>> squares = jit(value_and_grad(lambda x: (w * x) ** 2, wrt=[w]))
        >>> f = squares.bind_batch([1.0, 2.0, 3.0], sums=(False, True))
        >>> f(1, 3)
        >>> f.outputs[1]
        array([52.])
        >>> f.parameters[0] = 1.0
        >>> f()
        >>> f.outputs
        (array([1., 4., 9.]), array([28.]))
        """
        once = shared if isinstance(shared, (tuple, list)) else (shared,)
        return bound_batch(self._prepared, args, kwargs, frozenset(once), sums, threads, copy)
