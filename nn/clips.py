"""What is done to the gradients of a step, as formulas of one gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd import clip, minimum, sqrt
from nn.callbacks import ClipGradients


@dataclass(frozen=True)
class Clips:
    """Each gradient is held to some sizes, then all to one length, then each to some sizes again.

    Attributes:
        before: the sizes that come first.
        length: the largest length of the vector of all gradients; None leaves it as it is.
        after: the sizes that come last.

    >>> Clips.of([ClipGradients(max_value=1.0), ClipGradients(max_norm=2.0)])
    Clips(before=(1.0,), length=2.0, after=())
    """

    before: tuple[float, ...] = ()
    length: float | None = None
    after: tuple[float, ...] = ()

    @classmethod
    def of(cls, callbacks: Sequence[ClipGradients]) -> Clips | None:
        """Those of callbacks, in their order; None if the length is measured more than once."""
        before: list[float] = []
        after: list[float] = []
        length = None
        for each in callbacks:
            if each.max_value is not None:
                (before if length is None else after).append(each.max_value)
            elif length is None:
                length = each.max_norm
            else:
                return None
        return cls(tuple(before), length, tuple(after))

    def held(self, grad: Any) -> Any:
        """A gradient before the length of all is measured."""
        return _held(grad, self.before)

    def shortened(self, grad: Any, squares: Any) -> Any:
        """What becomes of it in the end, where `squares` is the sum of the squares of all.

        As in `clip_grad_norm_`, the length gets 1e-6 longer.
        """
        factor = self.length / (sqrt(squares) + 1e-6)
        return _held(minimum(factor, 1.0) * grad, self.after)


def _held(grad: Any, sizes: Sequence[float]) -> Any:
    for size in sizes:
        grad = clip(grad, -size, size)
    return grad
