r"""How derivatives are written: ∂ is a local one, of a node by its operand; d is a total one, the gradient.

The two differ as soon as an operand reaches the result in more than one way: for y = s + x with s = x*x at 3,
the local ∂y/∂x is 1, and the total d y/d x is 7.
"""

from __future__ import annotations

from collections.abc import Callable

from autograd.words.symbol import Symbol
from autograd.words.tex import TeX


def local_derivative(of: str | Symbol, by: str | Symbol) -> str:
    r"""The derivative of a node by one of its operands, everything else held fixed.

    Args:
        of: the name of the node; a `TeX` symbol in place of a text gives LaTeX.
        by: the name of the operand, in the same notation.

    >>> local_derivative("v1", "x"), local_derivative("v1", "neuron 2/w1"), local_derivative("v1", "3")
    ('∂v1/∂x', '∂v1/∂(neuron 2/w1)', '∂v1/∂(3)')
    >>> print(local_derivative(TeX("v1"), TeX("x")))
    \frac{\partial v_{1}}{\partial x}
    """
    return _fraction(_named(of), _named(by), _partial)


def total_derivative(of: str | Symbol, by: str | Symbol) -> str:
    r"""The derivative of a result by a node, along all ways between them: the node's gradient.

    Args:
        of: the name of the result; a `TeX` symbol in place of a text gives LaTeX.
        by: the name of the node, in the same notation.

    >>> total_derivative("L", "x"), total_derivative("loss", "neuron 2/w1")
    ('d L/d x', 'd loss/d (neuron 2/w1)')
    >>> print(total_derivative(TeX("L"), TeX("w1")), total_derivative(TeX("loss"), TeX("x")))
    \frac{dL}{dw_{1}} \frac{d\,\mathrm{loss}}{dx}
    """
    return _fraction(_named(of), _named(by), _d)


def _fraction(of: Symbol, by: Symbol, differential: Callable[[Symbol], str]) -> str:
    above, below = differential(of), differential(by)
    return rf"\frac{{{above}}}{{{below}}}" if isinstance(of, TeX) else f"{above}/{below}"


def _partial(name: Symbol) -> str:
    return (r"\partial " if isinstance(name, TeX) else "∂") + name.as_one()


def _d(name: Symbol) -> str:
    one = name.as_one()
    if not isinstance(name, TeX):
        return f"d {one}"
    return rf"d\,{one}" if one.startswith(r"\mathrm") else f"d{one}"  # a word stands a little apart


def _named(name: str | Symbol) -> Symbol:
    return name if isinstance(name, Symbol) else Symbol(name)
