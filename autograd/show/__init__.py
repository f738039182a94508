"""Computation graphs drawn, explained and played."""

import sys

from autograd.graph import trace
from autograd.show.drawing.dot import draw_dot
from autograd.show.explanation.explain import explain
from autograd.show.explanation.explanation import Explanation
from autograd.show.notebook import mimebundle
from autograd.show.playing.player import Player, player
from autograd.show.playing.steps import BackwardStep, BackwardSteps, backward_steps

# Pickles of before the player had a folder name these modules.
for _old, _class in {"player": Player, "steps": BackwardSteps}.items():
    sys.modules[f"{__name__}.{_old}"] = sys.modules[_class.__module__]

__all__ = [
    "BackwardStep", "BackwardSteps", "Explanation", "Player", "backward_steps", "draw_dot", "explain",
    "mimebundle", "player", "trace",
]  # fmt: skip
