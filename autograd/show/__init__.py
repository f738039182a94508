"""Computation graphs drawn and explained."""

from autograd.graph import trace
from autograd.show.dot import draw_dot
from autograd.show.explain import Explanation, explain
from autograd.show.notebook import mimebundle

__all__ = ["Explanation", "draw_dot", "explain", "mimebundle", "trace"]
