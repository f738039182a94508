"""A GPT made of scalars: a transformer that learns to spell, with no tensor anywhere.

Every number is a node of one computation graph: a training step reads a word, predicts each letter from the
letters before it, and runs the chain rule once through some sixty thousand operations. The program asks an
engine only for `Value`, with `+ - *`, `**`, `exp`, `log`, `relu`, `data`, `grad` and `backward()`, and so it
runs unchanged on every engine in the manner of micrograd.

    python -m tests.benchmarks.gpt --steps 50

The architecture is that of Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), with
the normalisation of Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019), and no biases. The
words are those of Python's own reference manual, which the standard library carries.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pydoc_data import topics
from typing import Any

BOUNDARY = "."  # what stands before the first letter and after the last
ALPHABET = BOUNDARY + "abcdefghijklmnopqrstuvwxyz"
WIDTH, HEADS, POSITIONS = 16, 4, 16
HEAD_WIDTH = WIDTH // HEADS

SHAPES = {  # rows, columns of every matrix of parameters: 4,192 in all
    "letter": (len(ALPHABET), WIDTH),
    "position": (POSITIONS, WIDTH),
    "query": (WIDTH, WIDTH),
    "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH),
    "mix": (WIDTH, WIDTH),
    "expand": (4 * WIDTH, WIDTH),
    "shrink": (WIDTH, 4 * WIDTH),
    "output": (len(ALPHABET), WIDTH),
}

Vector = list[Any]  # of Values


class GPT:
    """One transformer layer, and its memory of the letters read so far.

    Args:
        value_class: the engine's `Value`.
        seed: of the random parameters.
    """

    def __init__(self, value_class: Any, seed: int = 0) -> None:
        rng = random.Random(seed)
        for name, (rows, columns) in SHAPES.items():
            matrix = [[value_class(rng.gauss(0, 0.1)) for _ in range(columns)] for _ in range(rows)]
            setattr(self, name, matrix)
        self.forget()

    def parameters(self) -> Vector:
        return [p for name in SHAPES for row in getattr(self, name) for p in row]

    def forget(self) -> None:
        """Start a new word."""
        self.keys: list[Vector] = []
        self.values: list[Vector] = []

    def read(self, letter: int) -> Vector:
        """Read one more letter; the logits of the next one."""
        x = add(self.row_of(letter), self.position[len(self.keys)])
        x = add(x, self.attention(normalised(x)))
        x = add(x, self.perceptron(normalised(x)))
        return product(self.output, normalised(x))

    def row_of(self, letter: int) -> Vector:
        return self.letter[letter]

    def probabilities(self, logits: Vector) -> Vector:
        return softmax(logits)

    def attention(self, x: Vector) -> Vector:
        """What the letters so far have to say to this one.

        A letter cannot look ahead because the lists end with itself: that is all there is to causality here.
        """
        query = product(self.query, x)
        self.keys.append(product(self.key, x))
        self.values.append(product(self.value, x))
        heads = []
        for start in range(0, WIDTH, HEAD_WIDTH):
            head = slice(start, start + HEAD_WIDTH)
            scores = [dot(query[head], key[head]) * HEAD_WIDTH**-0.5 for key in self.keys]
            weights = self.probabilities(scores)
            heads += [dot(weights, column) for column in zip(*(v[head] for v in self.values), strict=True)]
        return product(self.mix, heads)

    def perceptron(self, x: Vector) -> Vector:
        return product(self.shrink, [h.relu() for h in product(self.expand, x)])

    def loss(self, word: str) -> Any:
        """The mean surprise -log(p) at each letter of a word and at its end, in nats."""
        self.forget()
        letters = [ALPHABET.index(letter) for letter in BOUNDARY + word + BOUNDARY]
        surprises = [-softmax(self.read(this))[following].log() for this, following in pairwise(letters)]
        return sum(surprises) * (1 / len(surprises))

    def sample(self, rng: random.Random, temperature: float) -> str:
        """A new word; a lower temperature keeps closer to what is most likely."""
        self.forget()
        word = BOUNDARY
        while len(word) <= POSITIONS:
            logits = self.read(ALPHABET.index(word[-1]))
            likely = [p.data for p in softmax([logit * (1 / temperature) for logit in logits])]
            letter = rng.choices(ALPHABET, likely)[0]
            if letter == BOUNDARY:
                break
            word += letter
        return word[1:]


def dot(x: Vector, y: Vector) -> Any:
    return sum(a * b for a, b in zip(x, y, strict=True))


def product(matrix: list[Vector], x: Vector) -> Vector:
    return [dot(row, x) for row in matrix]


def add(x: Vector, y: Vector) -> Vector:
    return [a + b for a, b in zip(x, y, strict=True)]


def normalised(x: Vector) -> Vector:
    """The vector scaled to a root mean square of 1; the small number keeps zero from dividing by zero."""
    scale = (dot(x, x) * (1 / len(x)) + 1e-5) ** -0.5
    return [a * scale for a in x]


def softmax(logits: Vector) -> Vector:
    largest = max(logit.data for logit in logits)  # shifted by it, no exponential overflows
    exponentials = [(logit - largest).exp() for logit in logits]
    one_over_total = sum(exponentials) ** -1
    return [e * one_over_total for e in exponentials]


class Adam:
    """Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), its rate falling in a line."""

    def __init__(self, parameters: Vector, steps: int, rate: float = 0.01) -> None:
        self.parameters, self.steps, self.rate = parameters, steps, rate
        self.mean = [0.0] * len(parameters)
        self.square = [0.0] * len(parameters)
        self.done = 0

    def step(self, beta1: float = 0.9, beta2: float = 0.99, epsilon: float = 1e-8) -> None:
        """Move every parameter against its gradient, and set the gradient back to zero."""
        rate = self.rate * (1 - self.done / self.steps)
        self.done += 1
        for i, p in enumerate(self.parameters):
            self.mean[i] = beta1 * self.mean[i] + (1 - beta1) * p.grad
            self.square[i] = beta2 * self.square[i] + (1 - beta2) * p.grad**2
            mean = self.mean[i] / (1 - beta1**self.done)
            square = self.square[i] / (1 - beta2**self.done)
            p.data -= rate * mean / (math.sqrt(square) + epsilon)
            p.grad = 0


def words(seed: int = 0) -> list[str]:
    """The different words of 3 to 15 small letters in Python's reference manual, shuffled."""
    found = sorted(set(re.findall(r"\b[a-z]{3,15}\b", " ".join(topics.topics.values()))))
    random.Random(seed).shuffle(found)
    return found


def train(model: GPT, corpus: list[str], steps: int) -> Iterator[float]:
    """One word a step; gives the loss of each step, before its update."""
    optimizer = Adam(model.parameters(), steps)
    for i in range(steps):
        loss = model.loss(corpus[i % len(corpus)])
        loss.backward()
        optimizer.step()
        yield loss.data


def main(name: str = "gpt", train: Any = train) -> None:
    """Train on the words, show the loss as it falls, and make up some words."""
    from autograd import Value

    parser = argparse.ArgumentParser(
        prog=f"python -m tests.benchmarks.{name}", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--steps", type=int, default=500, help="words to train on (default: 500)")
    parser.add_argument("--samples", type=int, default=10, help="words to make up (default: 10)")
    parser.add_argument("--temperature", type=float, default=0.5, help="of the samples (default: 0.5)")
    parser.add_argument("--seed", type=int, default=0, help="of parameters, words and samples (default: 0)")
    options = parser.parse_args()
    model, corpus = GPT(Value, options.seed), words(options.seed)
    print(f"{len(model.parameters()):,} parameters, {len(corpus):,} words, such as {', '.join(corpus[:4])}")
    recent: list[float] = []
    for step, loss in enumerate(train(model, corpus, options.steps), 1):
        recent = [*recent[-49:], loss]
        mean = sum(recent) / len(recent)
        if step % 10 == 0 or step == options.steps:
            print(f"step {step:>5}   loss {loss:.3f}   mean of the last {len(recent)}: {mean:.3f}")
    rng = random.Random(options.seed)
    for _ in range(options.samples):
        print(model.sample(rng, options.temperature))


if __name__ == "__main__":
    main()
