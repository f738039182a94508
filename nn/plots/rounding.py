"""Round numbers between given ones, for the bands and the ticks of a colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10

_TICKS = 6  # on a colour bar, about


def roundest(low: float, high: float) -> float:
    """The roundest number from low to high: 0, or the multiple of the largest 1, 2 or 5 times a power of ten.

    Of several multiples it is the one nearest to the middle.

    >>> roundest(0.38, 1.04), roundest(1418.0, 1700.0), roundest(-0.2, 3.0), roundest(0.271, 0.274)
    (1.0, 1500.0, 0.0, 0.272)
    """
    if low <= 0.0 <= high:
        return 0.0
    middle = (low + high) / 2
    exponent = ceil(log10(max(abs(low), abs(high))))
    for power in range(exponent, exponent - 17, -1):
        for digit in (5, 2, 1):
            step = digit * 10.0**power
            first, last = ceil(low / step), floor(high / step)
            if first <= last:
                return float(f"{min(max(round(middle / step), first), last) * step:.12g}")
    return middle


def rounded(edges: Sequence[float]) -> list[float]:
    """Round numbers near the edges of bands, in order; the first is not above theirs, the last not below.

    >>> rounded([0.000281, 0.149, 0.609, 1.39, 2.5, 3.93, 5.7, 7.81, 10.2])
    [0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 5.0, 8.0, 12.0]
    """
    numbers = [float(edge) for edge in edges]
    between = [(a + b) / 2 for a, b in pairwise(numbers)]
    inner = [roundest(a, b) for a, b in pairwise(between)]
    # The lowest band may be very narrow; for a round number it grows by a tenth of the way to the middle.
    first = roundest(numbers[0] - 0.1 * (numbers[len(numbers) // 2] - numbers[0]), numbers[0])
    last = roundest(numbers[-1], 2 * numbers[-1] - numbers[-2])
    return sorted({first, *inner, last})


def ticks(edges: Sequence[float]) -> list[float]:
    """A few of the edges, evenly spaced, the ends among them; between them the rounder ones.

    >>> ticks([0.0, 0.2, 0.5, 1.5, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0])
    [0.0, 0.5, 2.0, 10.0, 30.0]
    """
    numbers = [float(edge) for edge in edges]
    if len(numbers) <= _TICKS + 1:
        return numbers
    last = len(numbers) - 1
    chosen = [0]
    for part in range(1, _TICKS - 1):
        at = round(part * last / (_TICKS - 1))
        near = range(max(at - 1, chosen[-1] + 2), min(at + 2, last - 1))  # no two ticks side by side
        if near:
            chosen.append(min(near, key=lambda i: (*_digits(numbers[i]), i)))
    return [numbers[i] for i in (*chosen, last)]


def _digits(number: float) -> tuple[int, bool]:
    """How many digits a number has, and whether a single one is none of 1, 2, 5: less for rounder numbers."""
    digits = f"{abs(number):.9e}".split("e")[0].rstrip("0").rstrip(".")
    return len(digits) if number else 0, digits not in ("1", "2", "5")
