"""How far the output for one sample is from its target; training minimises the average over samples.

A number given as output or target stands for a list of one, and a list of one for a number. Given Values the
functions return a Value, to call `backward()` on; given floats they return a float. In a function that `jit`
compiles the target may be an input: one program serves all targets, and holds them to the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from sys import float_info
from typing import Any, TypeVar

from autograd import (
    Value,
    abs,
    as_float,
    equal,
    is_tracing,
    log_softmax,
    mean,
    minimum,
    relu,
    require,
    softplus,
    sum,
    where,
)

N = TypeVar("N", Value, float)
Target = float | Value | Sequence[float] | Sequence[Value]

# What numbers mostly are: whole lists are held to these at once, which takes less time than one by one.
_NUMBERS = frozenset((Value, float))
_PLAIN = frozenset((int, float))
_CLASSES = frozenset((0.0, 1.0))
_SIGNS = frozenset((-1.0, 1.0))


def mse(output: N | Sequence[N], target: Target) -> N:
    """The mean over the outputs of (output - target)**2, the squared error.

    Args:
        output: a number, or a list of n numbers.
        target: as many numbers as there are outputs.

    Raises:
        ValueError: if there are more or fewer targets than outputs.

    >>> mse([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    squares: list[N] = [(difference := out - t) * difference for out, t in _pairs("mse", output, target)]
    return _mean(squares)


def half_squared_error(output: N | Sequence[N], target: Target) -> N:
    """The sum over the outputs of 1/2 * (output - target)**2; its derivative by an output is output - target.

    This is the loss for which the error term of a sigmoid output layer a is (a - y) * a * (1 - a), as in
    Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors" (1986), equation 3.
    The derivative of `mse` is 2/n times as large, for n outputs.

    Args:
        output: a number, or a list of n numbers.
        target: as many numbers as there are outputs.

    Raises:
        ValueError: if there are more or fewer targets than outputs.

    >>> a = Value(0.75)
    >>> half_squared_error(a, 1.0).backward()
    >>> a.grad
    -0.25
    """
    pairs = _pairs("half_squared_error", output, target)
    squares: list[N] = [0.5 * ((difference := out - t) * difference) for out, t in pairs]
    return sum(squares)


def l1(output: N | Sequence[N], target: Target) -> N:
    """The mean over the outputs of abs(output - target), the absolute error.

    Args:
        output: a number, or a list of n numbers.
        target: as many numbers as there are outputs.

    Raises:
        ValueError: if there are more or fewer targets than outputs.

    >>> l1([1.0, 2.0], [0.0, 4.0])
    1.5
    """
    sizes: list[N] = [abs(out - t) for out, t in _pairs("l1", output, target)]
    return _mean(sizes)


def bce_with_logits(output: N | Sequence[N], target: Target) -> N:
    """The mean over the outputs of the binary cross-entropy of sigmoid(output).

    -t * log(p) - (1 - t) * log(1 - p) with p = sigmoid(x), computed as t * softplus(-x) + (1 - t) *
    softplus(x), which neither overflows nor rounds a small loss to zero (Goodfellow, Bengio and Courville,
    "Deep Learning", 2016, section 6.2.2.2).

    Args:
        output: a logit, or a list of n logits: numbers before the sigmoid.
        target: as many probabilities from 0 to 1; 0 and 1 are the two classes.

    Raises:
        ValueError: if a target is outside [0, 1], or there are more or fewer targets than outputs.

    >>> bce_with_logits(0.0, 1), bce_with_logits(-1000.0, 1)
    (0.6931471805599453, 1000.0)
    """
    logits, targets = _outputs_and_targets("bce_with_logits", output, target)
    pairs = zip(logits, targets, strict=True)
    terms: list[N]
    if _CLASSES.issuperset(targets):
        # The term with the factor 0 is left out, because 0 * inf is nan.
        terms = [softplus(-logit if t else logit) for logit, t in pairs]
    else:
        terms = [_bce(logit, t) for logit, t in pairs]
    return _mean(terms)


def _bce(logit: N, target: N | float) -> N:
    require(target, _require_probability)
    if isinstance(target, Value) and is_tracing():  # which it is, is not known yet
        return _times(target, softplus(-logit)) + _times(1 - target, softplus(logit))
    if not isinstance(target, Value) and target in _CLASSES:  # as above
        return softplus(-logit if target else logit)
    return target * softplus(-logit) + (1 - target) * softplus(logit)


def _require_probability(target: float) -> None:
    if not 0 <= target <= 1:
        raise ValueError(
            f"the target of bce_with_logits is a probability from 0 to 1, got {target:g}; "
            "for classes written -1 and +1 use max_margin, or map them to 0 and 1"
        )


def _times(weight: N, x: N) -> N:
    """The weight times x, and 0 where the weight is 0, also if x is infinite."""
    return weight * where(equal(weight, 0.0), minimum(x, float_info.max), x)


def cross_entropy(output: Sequence[N], target: Value | float) -> N:
    """The negative logarithm of the probability that softmax(output) gives the right class.

    It is computed by log_softmax, so that neither large scores overflow nor small probabilities round to zero
    (Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990).

    Args:
        output: a list of n scores (logits), one for each class.
        target: the index of the right class, a whole number from 0 to n - 1; also in a list of one.

    Raises:
        ValueError: if there are fewer than two scores, or the target is not the index of one of them.

    >>> cross_entropy([0.0, 1000.0], 1), cross_entropy([0.0, 1000.0], 0)
    (-0.0, 1000.0)
    """
    scores = _listed(output)
    if len(scores) < 2:
        raise ValueError(
            f"cross_entropy needs a score for each of two or more classes, got {len(scores)}; "
            "for one output use bce_with_logits or max_margin"
        )
    loss: N = -log_softmax(scores, _class_index(target, len(scores)))
    return loss


def max_margin(output: N | Sequence[N], target: Target) -> N:
    """The mean over the outputs of relu(1 - target * output), the hinge loss of a support vector machine.

    Zero where the output has the sign of its target and is at least 1 in size (Cortes and Vapnik,
    "Support-vector networks", 1995).

    Args:
        output: a score, or a list of n scores.
        target: as many classes, each -1 or +1.

    Raises:
        ValueError: if a target is not -1 or +1, or there are more or fewer targets than outputs.

    >>> max_margin(0.25, 1), max_margin(0.25, -1), max_margin(3.0, 1)
    (0.75, 1.25, 0.0)
    """
    scores, targets = _outputs_and_targets("max_margin", output, target)
    if not _SIGNS.issuperset(targets):
        for t in targets:
            require(t, _require_sign)
    terms: list[N] = [relu(1 + -t * score) for score, t in zip(scores, targets, strict=True)]
    return _mean(terms)


def _require_sign(target: float) -> None:
    if target not in _SIGNS:
        raise ValueError(
            f"the target of max_margin is -1 or +1, got {target:g}; map classes 0 and 1 by 2 * y - 1"
        )


def _mean(terms: list[N]) -> N:
    return terms[0] if len(terms) == 1 else mean(terms)  # dividing by 1 would only lengthen the graph


def _pairs(name: str, output: Any, target: Any) -> Iterable[tuple[Any, Any]]:
    """Each output with its target."""
    outputs, targets = _outputs_and_targets(name, output, target)
    return zip(outputs, targets, strict=True)


def _outputs_and_targets(name: str, output: Any, target: Any) -> tuple[list[Any], list[Any]]:
    outputs = _listed(output)
    try:
        targets = _listed(target)
    except TypeError as error:
        raise TypeError(f"the target of {name} is a number for each output: {error}") from None
    if len(outputs) != len(targets) or not outputs:
        raise ValueError(
            f"{name} needs one target for each output, got {len(outputs)} output(s) and {len(targets)} "
            "target(s); make the last layer as wide as the target"
        )
    return outputs, targets


def _listed(numbers: Any) -> list[Any]:
    if type(numbers) in _NUMBERS:
        return [numbers]
    several = hasattr(numbers, "__iter__") and not isinstance(numbers, str)
    listed = list(numbers) if several else [numbers]
    if _NUMBERS.issuperset(map(type, listed)):
        return listed
    # Python's floats, because numpy's integers wrap around: -numpy.uint8(1) is 255.
    return [number if type(number) in _NUMBERS else as_float(number) for number in listed]


def _class_index(target: Any, classes: int) -> Any:
    """The target as a whole number, or the input that it is; it may stand in a list of one."""
    if type(target) in _PLAIN and 0 <= target < classes and target == int(target):
        return int(target)  # as mostly
    rule = partial(_require_class, classes=classes)
    try:
        (index,) = _listed(target)
    except (TypeError, ValueError):  # no number, or not one
        rule(target)
    require(index, rule)
    if isinstance(index, Value):
        return index if is_tracing() else int(index.data)
    return int(index)


def _require_class(target: Any, classes: int) -> None:
    is_number = isinstance(target, float)
    if not is_number or not 0 <= target < classes or target != int(target):
        shown = f"{target:g}" if is_number else f"{target!r:.60}"
        raise ValueError(
            f"the target of cross_entropy is the index of a class, a whole number from 0 to {classes - 1}, "
            f"got {shown}; of a one-hot list give the position of the 1"
        )


LOSSES: Mapping[str, Callable[..., Any]] = {
    "mse": mse,
    "half_squared_error": half_squared_error,
    "l1": l1,
    "bce_with_logits": bce_with_logits,
    "cross_entropy": cross_entropy,
    "max_margin": max_margin,
}
