"""Which samples a program is tried on before it takes the place of the model it was made of.

A model may ask more of a number than to compute with it: of what kind it is, how it is written, whether a
dict has it. In a program a number is none of that, so some of its results are held to those of the model.
"""

from __future__ import annotations

from typing import Any, Final

SOME: Final = 16
"""How many samples that is, or some more."""

_FIRST: Final = 1_000  # samples, in which classes are looked for


def spread(count: int) -> set[int]:
    """Places from the first to the last in equal distances.

    >>> sorted(spread(3)), len(spread(1000))
    ([0, 1, 2], 16)
    """
    return {(count - 1) * i // (SOME - 1) for i in range(SOME)}


def places_to_try(numbers: Any) -> list[int]:
    """Places that are spread over all samples, and one for each class in columns of classes.

    Args:
        numbers: an array (samples, columns). A column with few different numbers is one of classes, which a
            model may look up.

    >>> import numpy as np
    >>> places_to_try(np.array([[1.0], [1.0], [2.0]]))
    [0, 1, 2]
    """
    import numpy as np

    found = spread(len(numbers))
    for column in numbers[:_FIRST].T:
        _, places = np.unique(column, return_index=True)
        if len(places) <= SOME and len(found) <= 2 * SOME:
            found.update(places.tolist())
    return sorted(found)
