r"""The table of operations read as LaTeX.

`TeX` is a `Symbol` of another notation: the table's partial derivatives, called with it, write fractions,
powers and Greek letters. A condition stands in Iverson's brackets: [x > 0] is 1 where x is above 0, else 0.

Only commands are used that MathJax, KaTeX, LaTeX with amsmath and matplotlib's mathtext all know; mathtext
has no \& though, which a label may bring in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from autograd import ops
from autograd.primitive import Operation
from autograd.value import Value
from autograd.words.symbol import ATOM, INFIX, POWER, Symbol

_GREEK = re.compile(
    "alpha|beta|gamma|delta|(var)?epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|"
    "(var)?phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_INDEXED = re.compile(r"([^\W\d_]+)((?:_?\d|_[^\W_]|\[)[\w, \[\]]*)?('*)")
# The scopes of a name, as in 'layer 1/neuron 2/w1'. A space tells them from a label such as 'dL/dw'.
_SCOPES = re.compile(r"(?=.* )[^\W\d_][\w -]*(/[^\W\d_][\w -]*)*")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_SCIENTIFIC = re.compile(r"(-?[\d.]+)e([+-]?)0*(\d+)")
_SPECIAL = {char: f"\\{char}" for char in "#$%&_{} "} | {
    "\\": r"\backslash{}",
    "^": r"\wedge{}",
    "~": r"\sim{}",
}

# How an operation is written around its operands, and how tightly the result holds together.
_AROUND = {
    ops.div: (r"\frac{{{}}}{{{}}}", POWER),
    ops.exp: (r"e^{{{}}}", POWER),
    ops.sqrt: (r"\sqrt{{{}}}", ATOM),
    ops.cbrt: (r"\sqrt[3]{{{}}}", ATOM),
    ops.exp2: (r"2^{{{}}}", POWER),
    ops.log2: (r"\log_{{2}}\left({}\right)", ATOM),
    ops.log10: (r"\log_{{10}}\left({}\right)", ATOM),
    ops.abs: (r"\left|{}\right|", ATOM),
    ops.floor: (r"\left\lfloor {} \right\rfloor", ATOM),
    ops.ceil: (r"\left\lceil {} \right\rceil", ATOM),
    ops.floor_divide: (r"\left\lfloor \frac{{{}}}{{{}}} \right\rfloor", ATOM),
    ops.normal_pdf: (r"\varphi\left({}\right)", ATOM),
    ops.normal_cdf: (r"\Phi\left({}\right)", ATOM),
    ops.less: (r"\left[{} < {}\right]", ATOM),
    ops.less_equal: (r"\left[{} \leq {}\right]", ATOM),
    ops.greater: (r"\left[{} > {}\right]", ATOM),
    ops.greater_equal: (r"\left[{} \geq {}\right]", ATOM),
    ops.equal: (r"\left[{} = {}\right]", ATOM),
    ops.not_equal: (r"\left[{} \neq {}\right]", ATOM),
}
_INFIX = {
    **INFIX,
    ops.mul: (r" \cdot ", *INFIX[ops.mul][1:]),
    ops.remainder: (r" \;\mathrm{mod}\; ", *INFIX[ops.remainder][1:]),
}

# Operations that have no notation of their own but are written with others.
_WRITTEN_AS: dict[Operation, Callable[..., Any]] = {
    ops.expm1: lambda x: ops.exp(x) - 1.0,
    ops.log1p: lambda x: ops.log(1.0 + x),
    ops.logaddexp: lambda x, y: ops.log(ops.exp(x) + ops.exp(y)),
    ops.hypot: lambda x, y: ops.sqrt(x**2.0 + y**2.0),
    ops.when: lambda x, y: (x if x.is_condition else ops.not_equal(x, 0.0)) * y,
    ops.or_one: lambda x, y: y ** (x if x.is_condition else ops.not_equal(x, 0.0)),
}
_FUNCTIONS = {
    **{line: f"\\{line.name}" for line in (ops.log, ops.sin, ops.cos, ops.tan, ops.sinh, ops.cosh, ops.tanh)},
    **{line: f"\\arc{line.name[1:]}" for line in (ops.asin, ops.acos, ops.atan)},
    **{line: rf"\operatorname{{ar{line.name[1:]}}}" for line in (ops.asinh, ops.acosh, ops.atanh)},
    ops.erfinv: r"\operatorname{erf}^{-1}",
    ops.maximum: r"\max",
    ops.minimum: r"\min",
    ops.sigmoid: r"\sigma",
    ops.relu: r"\operatorname{ReLU}",
    ops.leaky_relu: r"\operatorname{LeakyReLU}",
    ops.elu: r"\operatorname{ELU}",
    ops.gelu: r"\operatorname{GELU}",
    ops.silu: r"\operatorname{SiLU}",
    ops.sign: r"\operatorname{sgn}",
    ops.stop_gradient: r"\operatorname{stop}",
}


class TeX(Symbol):
    r"""A name, or a formula of names, in LaTeX.

    Args:
        text: a number, or a name as text has it: letters, then indices, as in 'w1', 'delta_2', 'W[0, 1]'.
            The scopes of a name stand above it, in parentheses, as a textbook writes the number of a layer.

    >>> w1, x = TeX("w1"), TeX("x")
    >>> print(ops.sigmoid(w1 * x) / (1 + x) ** 2)
    \frac{\sigma\left(w_{1} \cdot x\right)}{\left(1 + x\right)^{2}}
    >>> print(TeX("alpha_out"), TeX("loss"), TeX("1e-05"))
    \alpha_{\mathrm{out}} \mathrm{loss} 10^{-5}
    >>> print(TeX("neuron 2/w1") * x)
    w_{1}^{(\mathrm{neuron\ 2})} \cdot x
    """

    __slots__ = ()
    _infix = _INFIX

    def __init__(self, text: str) -> None:
        super().__init__(text)
        if scientific := _SCIENTIFIC.fullmatch(text):
            factor, minus, exponent = scientific.groups()
            power = f"10^{{{minus.strip('+')}{exponent}}}"
            self.text = {"1": power, "-1": f"-{power}"}.get(factor, rf"{factor} \times {power}")
            self._level = min(self._level, POWER)
        elif text.lstrip("-") in ("inf", "nan"):
            self.text = text.replace("inf", r"\infty").replace("nan", r"\mathrm{nan}")
        elif scoped := _scoped(text):
            self.text, self._level = scoped, POWER
        elif not _DECIMAL.fullmatch(text):
            self.text = _name(text) or _upright(text)

    @property
    def is_condition(self) -> bool:
        """Whether this is an Iverson bracket, which is 0 or 1."""
        return self._level == ATOM and self.text.startswith(r"\left[")

    @classmethod
    def verbatim(cls, text: str) -> Self:
        """A name letter by letter."""
        symbol = cls(text)
        symbol.text, symbol._level = _upright(text), Symbol(text)._level
        return symbol

    @classmethod
    def _applied(cls, operation: Operation, operands: Sequence[Self]) -> Self:
        if operation in _WRITTEN_AS:
            return cls._read(_WRITTEN_AS[operation](*operands))
        texts = [operand.text for operand in operands]
        if operation in _AROUND:
            template, level = _AROUND[operation]
            return cls._written(template.format(*texts), level)
        if operation is ops.pow:
            return cls._written(f"{operands[0]._within(ATOM)}^{{{texts[1]}}}", POWER)
        return super()._applied(operation, operands)

    @staticmethod
    def _bracketed(text: str) -> str:
        return bracketed(text)

    @staticmethod
    def _function(operation: Operation) -> str:
        return _FUNCTIONS.get(operation, rf"\operatorname{{{_escaped(operation.name)}}}")


def symbols(names: Mapping[Value, str]) -> dict[Value, TeX]:
    r"""The names of nodes in LaTeX; where two would look the same, as w1 and w_1, one is spelled out.

    So two names are never the same LaTeX.

    >>> [symbol.text for symbol in symbols({Value(1.0): "w1", Value(2.0): "w_1"}).values()]
    ['w_{1}', '\\mathrm{w\\_1}']
    """
    taken: dict[str, str] = {}
    written = {}
    for node, name in names.items():
        symbol = TeX(name)
        if taken.setdefault(symbol.text, name) != name:
            symbol = TeX.verbatim(name)
        written[node] = symbol
    return written


def bracketed(text: str) -> str:
    """A formula in parentheses that grow with it."""
    return rf"\left({text}\right)"


def _name(text: str) -> str:
    """Letters with indices, as printed: one letter is a variable, several are a word; '' of another name."""
    parts = _INDEXED.fullmatch(text)
    if not parts or text.endswith("_"):
        return ""
    stem, indices, primes = parts.groups()
    below = ",".join(map(_part, re.findall(r"[^\W\d_]+|\d+", indices or "")))
    return _part(stem) + (f"_{{{below}}}" if below else "") + primes


def _scoped(text: str) -> str:
    """A name with its scopes above it, where a slash would read as a division; '' of any other name."""
    scopes, _, name = text.rpartition("/")
    written = _name(name) if _SCOPES.fullmatch(scopes) else ""
    return written and f"{written}^{{({_upright(scopes)})}}"


def _part(word: str) -> str:
    if _GREEK.fullmatch(word):
        return f"\\{word}"
    return word if len(word) == 1 or word.isdigit() else _upright(word)


def _upright(text: str) -> str:
    return rf"\mathrm{{{_escaped(text)}}}"


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in text)
