"""Whole trainings by `nn.fit`, beside those of other libraries and by hand."""

from tests.benchmarks.training.arrays import Jax, JaxScan, Torch
from tests.benchmarks.training.by_hand import C, Numpy
from tests.benchmarks.training.classifier import Classifier
from tests.benchmarks.training.ours import Fit, FitAnew, FitEager
from tests.benchmarks.training.trainer import Trainer

__all__ = ["TRAINERS"]

TRAINERS: dict[str, type[Trainer]] = {
    trainer.name: trainer for trainer in (Fit, FitAnew, FitEager, C, Numpy, Jax, JaxScan, Torch, Classifier)
}
