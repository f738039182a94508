"""The chain rule of a graph as a person writes it: as text, LaTeX and tables."""

# What an explanation is made of is pickled by these names: it once stood in one file, at this place.
from autograd.differences import Check
from autograd.show.explanation.explanation import Explanation, Paths
from autograd.show.explanation.parts import Equation, Gradient, Path, Step

__all__ = ["Check", "Equation", "Explanation", "Gradient", "Path", "Paths", "Step"]
