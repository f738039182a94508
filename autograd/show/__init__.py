"""Computation graphs drawn and explained."""

from autograd.graph import trace
from autograd.show.dot import draw_dot
from autograd.show.explain import Explanation, explain
from autograd.show.notebook import mimebundle
from autograd.show.player import Player, player

__all__ = ["Explanation", "Player", "draw_dot", "explain", "mimebundle", "player", "trace"]
