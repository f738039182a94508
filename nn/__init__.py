"""Neural networks of scalars, built on `autograd`: layers, losses, optimizers, training.

>>> import nn
>>> model = nn.MLP(2, [4, 1], activation="tanh", seed=0)
>>> history = nn.fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], loss="bce_with_logits",
...                  optimizer="adam", learning_rate=0.1, epochs=150, progress=False)
>>> [output > 0 for output in nn.predict(model, [[0, 0], [0, 1], [1, 0], [1, 1]])]
[False, True, True, False]
"""

from nn import data, plots
from nn.callbacks import Callback, ClipGradients, EarlyStopping, Training
from nn.clipping import clip_grad_norm_, clip_grad_value_
from nn.containers import Elementwise, Residual, Sequential
from nn.contents import Buffer
from nn.dropout import Dropout
from nn.history import History
from nn.init import INITS
from nn.io import load, save
from nn.layers import ACTIVATIONS, MLP, Layer, Neuron
from nn.losses import (
    LOSSES,
    bce_with_logits,
    cross_entropy,
    half_squared_error,
    l1,
    max_margin,
    mse,
)
from nn.metrics import METRICS, accuracy, f1, overall, precision, r2, recall, rmse, top_k
from nn.module import Module
from nn.normalization import BatchNorm, LayerNorm
from nn.optim import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from nn.penalties import l1_penalty, l2_penalty
from nn.prediction import predict
from nn.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    ReduceLROnPlateau,
    Schedule,
    SequentialLR,
    StepLR,
)
from nn.train import fit

__all__ = [
    "ACTIVATIONS", "INITS", "LOSSES", "METRICS", "MLP", "OPTIMIZERS", "SGD", "Adagrad", "Adam", "AdamW",
    "BatchNorm", "Buffer", "Callback", "ClipGradients", "CosineAnnealingLR", "Dropout", "EarlyStopping",
    "Elementwise", "ExponentialLR", "History", "LambdaLR", "Layer", "LayerNorm", "LinearLR", "Module",
    "MultiStepLR", "Neuron", "Optimizer", "RMSprop", "ReduceLROnPlateau", "Residual", "Schedule",
    "Sequential", "SequentialLR", "StepLR", "Training", "accuracy", "bce_with_logits", "clip_grad_norm_",
    "clip_grad_value_", "cross_entropy", "data", "f1", "fit", "half_squared_error", "l1", "l1_penalty",
    "l2_penalty", "load", "max_margin", "mse", "overall", "plots", "precision", "predict", "r2", "recall",
    "rmse", "save", "top_k",
]  # fmt: skip
