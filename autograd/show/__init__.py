"""Computation graphs drawn and explained."""

from autograd.graph import trace
from autograd.show.dot import draw_dot
from autograd.show.explain import Explanation, explain
from autograd.show.notebook import mimebundle
from autograd.show.player import Player, player
from autograd.show.steps import BackwardStep, BackwardSteps, backward_steps

__all__ = [
    "BackwardStep", "BackwardSteps", "Explanation", "Player", "backward_steps", "draw_dot", "explain",
    "mimebundle", "player", "trace",
]  # fmt: skip
