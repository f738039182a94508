"""What a loss asks a model: the samples, and the small graph that the loss makes of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograd import Value, no_grad
from nn.module import Module

Loss = Callable[[Any], Any]


class StandIn:
    """What a loss is given in place of a model: samples are answered by a function, all else is the model's.

    Args:
        model: the model.
        answer: a function of a sample, which returns what the model would.
    """

    def __init__(self, model: Module, answer: Callable[[Any], Any]) -> None:
        self._model = model
        self._answer = answer

    def __call__(self, x: Any) -> Any:
        return self._answer(x)

    def batch(self, samples: Iterable[Any]) -> list[Any]:
        """The outputs for many samples, each computed by itself."""
        return [self._answer(x) for x in samples]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


class Asked:
    """What a loss asks a model now, at each sample in order.

    Args:
        loss: a function of the model; it is called once.
        model: its parameters are left as they are.

    Attributes:
        samples: what it asks for, lists of numbers.
        answers: the outputs for each sample, as leaves of a graph.
        root: what the loss computes from them.

    Raises:
        TypeError: if it asks for something else than samples of numbers, or the outputs are no Values.

    >>> from nn import Neuron, mse
    >>> asked = Asked(lambda model: mse(model([2.0]), 1.0), Neuron(1, init=lambda rng, nin, nout: 1.5))
    >>> asked.samples, asked.answers, asked.root.data
    ([[2.0]], [[Value(data=3.0, grad=0.0)]], 4.0)
    """

    def __init__(self, loss: Loss, model: Module) -> None:
        self.samples: list[list[float]] = []
        self.answers: list[list[Value]] = []
        self._loss, self._model = loss, model
        self._in_list = False
        self.root: Any = loss(StandIn(model, self._noted))

    def again(self, answers: Iterable[list[float]]) -> Any:
        """What the loss is if the model answers with other numbers.

        Raises:
            ValueError: if the loss asks for other samples than before.
        """
        expected: Iterator[Any] = iter(zip(self.samples, answers, strict=True))

        def answer(x: Any) -> Any:
            sample, numbers = next(expected, (None, []))
            if list(x) != sample:
                raise ValueError("the loss asks for other samples each time")
            return self._output([Value(number) for number in numbers])

        found = self._loss(StandIn(self._model, answer))
        if next(expected, None) is not None:
            raise ValueError("the loss asks for fewer samples this time")
        return found

    def _noted(self, x: Any) -> Any:
        with no_grad():
            output = self._model(x)
        self._in_list = isinstance(output, list)
        numbers = [value.data for value in (output if self._in_list else [output])]
        self.samples.append([float(number) for number in x])
        self.answers.append([Value(number) for number in numbers])
        return self._output(self.answers[-1])

    def _output(self, answer: list[Value]) -> Any:
        return list(answer) if self._in_list else answer[0]
