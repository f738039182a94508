"""Neural networks of scalars, built on `autograd`."""
from nn.layers import ACTIVATIONS, MLP, Layer, Neuron
from nn.module import Module
