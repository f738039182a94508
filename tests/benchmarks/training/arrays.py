"""PyTorch and JAX, in float64 and on one thread."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

from tests.benchmarks.compiled.peer import in_order
from tests.benchmarks.engines.array import moons_layers, of_jax
from tests.benchmarks.programs import RATE, moons_data, moons_loss_of_arrays
from tests.benchmarks.training.digits import BATCH, LEARNING_RATE, batches, digits, start
from tests.benchmarks.training.trainer import Course, Trainer, Watch, orders


class Torch(Trainer):
    """PyTorch, eager, its optimizers fused."""

    name, needs, kind = "torch", "torch", "arrays"

    def __init__(self) -> None:
        import torch

        torch.set_num_threads(1)
        self.torch = torch
        self.mathematics = SimpleNamespace(relu=torch.relu)

    def own(self, numbers: Any) -> Any:
        return self.torch.tensor(numbers, dtype=self.torch.float64)

    def parameter(self, numbers: Any) -> Any:
        return self.own(numbers).requires_grad_()

    def moons(self, steps: int) -> Any:
        points, signs = map(self.own, moons_data())
        layers = moons_layers(self.parameter)
        optimizer = self.torch.optim.SGD([p for layer in layers for p in layer], lr=RATE, fused=True)
        losses = []
        for _ in range(steps):
            loss = moons_loss_of_arrays(layers, points, signs, self.mathematics)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return [losses[-1], *in_order([(w.detach(), b.detach()) for w, b in layers])]

    def digits(self, epochs: int) -> Course:
        torch, linear = self.torch, self.torch.nn.functional.linear
        images, classes = self.own(digits().images), torch.tensor(digits().classes)
        (w1, b1), (w2, b2) = [(self.parameter(w), self.parameter(b)) for w, b in start()]
        optimizer = torch.optim.Adam([w1, b1, w2, b2], lr=LEARNING_RATE, fused=True)

        def scores(images: Any) -> Any:
            return linear(torch.relu(linear(images, w1, b1)), w2, b2)

        watch, losses = Watch(), []
        for order in watch.each(list(map(torch.tensor, orders(len(classes), epochs)))):
            total = 0.0
            for batch in batches(order):
                loss = torch.nn.functional.cross_entropy(scores(images[batch]), classes[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(batch)
            losses.append(total / len(classes))
        watch.stop()
        return Course(losses, watch.moments, lambda images: scores(self.own(images)).detach().numpy())


class Jax(Trainer):
    """JAX: one call of a compiled function for every step."""

    name, needs, kind = "jax", "jax", "traced"

    def __init__(self) -> None:
        import jax

        jax.config.update("jax_enable_x64", True)
        self.jax = jax

    def moons(self, steps: int) -> Any:
        jax, layers = self.jax, moons_layers(self.jax.numpy.array)
        layers, losses = self.descend(jax.jit(self.step_of_moons()), layers, steps)
        return [losses[-1].item(), *in_order(layers)]

    def step_of_moons(self) -> Any:
        """Layers -> the layers after a step, the loss before it."""
        jax, mathematics = self.jax, of_jax(self.jax)
        points, signs = (jax.numpy.array(numbers, dtype=float) for numbers in moons_data())

        def step(layers: Any) -> tuple[Any, Any]:
            loss, slopes = jax.value_and_grad(moons_loss_of_arrays)(layers, points, signs, mathematics)
            return jax.tree.map(lambda p, g: p - RATE * g, layers, slopes), loss

        return step

    def descend(self, step: Any, layers: Any, steps: int) -> tuple[Any, Any]:
        losses = []
        for _ in range(steps):
            layers, loss = step(layers)
            losses.append(loss)
        return layers, self.jax.block_until_ready(losses)

    def digits(self, epochs: int) -> Course:
        jax, watch = self.jax, Watch()
        images, classes = jax.numpy.array(digits().images), jax.numpy.array(digits().classes)
        layers = jax.tree.map(jax.numpy.array, start())
        zeros = jax.tree.map(jax.numpy.zeros_like, layers)
        state, losses = (0, layers, zeros, zeros), []
        epoch = self.epoch_of(partial(self.step_of_digits, images, classes))
        for order in watch.each(orders(len(classes), epochs)):
            state, sums = epoch(state, order)
            losses.append(sum(map(float, sums)) / len(classes))
        watch.stop()
        return Course(losses, watch.moments, lambda images: self.scores(state[1], images))

    def scores(self, layers: Any, images: Any) -> Any:
        (w1, b1), (w2, b2) = layers
        return self.jax.numpy.maximum(images @ w1.T + b1, 0.0) @ w2.T + b2

    def step_of_digits(self, images: Any, classes: Any, state: Any, batch: Any) -> tuple[Any, Any]:
        """The state after a step of Adam on the images at some places; the sum of their losses before it."""
        jax, (count, layers, means, squares) = self.jax, state

        def mean_loss(layers: Any) -> Any:
            logs = jax.nn.log_softmax(self.scores(layers, images[batch]))
            return -jax.numpy.take_along_axis(logs, classes[batch][:, None], 1).mean()

        loss, slopes = jax.value_and_grad(mean_loss)(layers)
        count += 1
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, slopes)
        squares = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, squares, slopes)
        rate, root = LEARNING_RATE / (1 - 0.9**count), (1 - 0.999**count) ** 0.5
        update = lambda p, m, v: p - rate * (m / (v**0.5 / root + 1e-8))  # noqa: E731
        return (count, jax.tree.map(update, layers, means, squares), means, squares), loss * len(batch)

    def epoch_of(self, step: Any) -> Any:
        """(state, order) -> the state after an epoch, the sum of the losses of each batch."""
        compiled = self.jax.jit(step)

        def epoch(state: Any, order: Any) -> tuple[Any, Any]:
            losses = []
            for batch in batches(order):
                state, loss = compiled(state, batch)
                losses.append(loss)
            return state, losses

        return epoch


class JaxScan(Jax):
    """JAX: all steps of an epoch, or of the descent, inside one compiled loop."""

    name = "jax, scan"

    def descend(self, step: Any, layers: Any, steps: int) -> tuple[Any, Any]:
        jax = self.jax
        loop = jax.jit(lambda layers: jax.lax.scan(lambda state, _: step(state), layers, length=steps))
        descended: tuple[Any, Any] = jax.block_until_ready(loop(layers))
        return descended

    def epoch_of(self, step: Any) -> Any:
        jax = self.jax

        @jax.jit
        def epoch(state: Any, order: Any) -> tuple[Any, Any]:
            end = len(order) - len(order) % BATCH
            state, losses = jax.lax.scan(step, state, order[:end].reshape(-1, BATCH))
            if end == len(order):
                return state, [losses.sum()]
            state, last = step(state, order[end:])  # a smaller batch
            return state, [losses.sum(), last]

        return epoch
