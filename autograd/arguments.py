"""By which of its arguments a function is differentiated: what `argnums` and `argnames` say."""

from __future__ import annotations

from operator import index

from autograd import tree
from autograd.annotations import TYPE_CHECKING
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final


class _First(int):
    """The default of `argnums`: the first argument, unless `argnames` says otherwise."""


FIRST: Final = _First(0)


class Choice:
    """Positions and names of arguments: one, several in a tuple, or None where none were asked for."""

    def __init__(
        self, positions: int | tuple[int, ...] | None, names: str | tuple[str, ...] | None = None
    ) -> None:
        self.positions = positions
        self.names = names
        self.is_first = positions == 0 and names is None  # the usual choice

    def of(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """The chosen arguments of a call: one, or a tuple; by position and by name, a pair of them.

        Raises:
            TypeError: if the call has no such argument.
            ValueError: if a position is chosen twice.
        """
        self._require(args, kwargs)
        if self.names is None:
            return _taken(self.positions, args)
        named = _taken(self.names, kwargs)
        return named if self.positions is None else (_taken(self.positions, args), named)

    def put(self, new: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call with others, given as `of` returns them, in place of the chosen ones."""
        all_args, all_kwargs = list(args), dict(kwargs)
        if self.names is None and isinstance(self.positions, int):  # the usual way, and a short one
            all_args[self.positions] = new
            return all_args, all_kwargs
        for which, thing, into in self._halves(new, all_args, all_kwargs):
            for key, one in zip(which, thing, strict=True) if isinstance(which, tuple) else [(which, thing)]:
                into[key] = one
        return all_args, all_kwargs

    def each(self, chosen: Any) -> list[Any]:
        """The arguments that `of` returned, one by one."""
        halves = self._halves(chosen, None, None)
        return [one for which, thing, _ in halves for one in (thing if isinstance(which, tuple) else [thing])]

    def _halves(self, chosen: Any, args: Any, kwargs: Any) -> list[tuple[Any, Any, Any]]:
        """Which arguments by position and which by name, what was chosen, and where they stand."""
        if self.names is None:
            return [(self.positions, chosen, args)]
        if self.positions is None:
            return [(self.names, chosen, kwargs)]
        return [(self.positions, chosen[0], args), (self.names, chosen[1], kwargs)]

    def _require(self, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        places = []
        for position in _several(self.positions):
            if not -len(args) <= position < len(args):
                raise TypeError(
                    f"argnums={self.positions} needs an argument at position {position}, "
                    f"got {len(args)} argument(s) by position"
                    + ("; one that is given by name is chosen by argnames" if kwargs else "")
                )
            places.append(position % len(args))
        if len(set(places)) < len(places):
            raise ValueError(
                f"argnums={self.positions} asks for one of {len(args)} argument(s) twice; "
                "give each position once"
            )
        for name in _several(self.names):
            if name not in kwargs:
                raise TypeError(
                    f"argnames={self.names!r} needs an argument {name}=..., got by name "
                    f"{', '.join(kwargs) or 'none'}; one that is given by position is chosen by argnums"
                )


class Outside(Choice):
    """Values that a function uses without being given them, in place of arguments.

    Args:
        values: a tree of Values.
    """

    def __init__(self, values: Any) -> None:
        super().__init__(None)
        self.values = values

    def of(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        return self.values

    def each(self, chosen: Any) -> list[Any]:
        return []  # of the arguments


EVERY: Final = object()
"""In place of the Values of `Outside`: all that a function uses."""

_USUAL: Final = Choice(0)


def chosen(argnums: int | Sequence[int], argnames: str | Sequence[str] = (), wrt: Any = None) -> Choice:
    """The choice that `argnums` and `argnames`, or in place of them `wrt`, say.

    Raises:
        TypeError: if `argnums` is not a position or several, `argnames` not a name or several, or `wrt` no
            tree of Values.
        ValueError: if a name is given twice.
    """
    if wrt is not None:
        return _outside(wrt, argnums is FIRST and argnames == ())
    if argnums is FIRST and argnames == ():
        return _USUAL
    names = tuple(argnames) if isinstance(argnames, (tuple, list)) else (argnames,)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(
                "argnames is the name of a keyword argument or a tuple of names, such as 'w' or ('w', 'b'), "
                f"got {argnames!r}"
            )
    if len(set(names)) < len(names):
        raise ValueError(f"argnames={argnames!r} has a name twice; give each once")
    which = None if names == () else names[0] if isinstance(argnames, str) else names
    if argnums is FIRST and names:
        return Choice(None, which)
    if isinstance(argnums, (tuple, list)):
        return Choice(tuple(_position(position, argnums) for position in argnums), which)
    return Choice(_position(argnums, argnums), which)


def _outside(wrt: Any, alone: bool) -> Outside:
    if not alone:
        raise TypeError("wrt= takes the place of argnums and argnames; give one of them")
    found = tree.leaves(wrt)
    for number in found:
        if not isinstance(number, Value):
            raise TypeError(
                "wrt is a Value that the function uses without being given it, or a tree of such, "
                f"got {type(number).__name__}: {number!r:.60}; an argument is chosen by argnums"
            )
    return Outside(wrt)


def _position(position: Any, argnums: Any) -> int:
    by_name = "; a keyword argument is chosen by argnames" if isinstance(position, str) else ""
    mistake = TypeError(
        "argnums is the position of an argument, counted from 0, or a tuple of positions, such as 0 or "
        f"(0, 1), got {argnums!r}{by_name}"
    )
    if isinstance(position, bool):
        raise mistake
    try:
        return index(position)
    except TypeError as error:
        raise mistake from error


def _several(which: Any) -> tuple[Any, ...]:
    if isinstance(which, tuple):
        return which
    return () if which is None else (which,)


def _taken(which: Any, arguments: Any) -> Any:
    return tuple(arguments[key] for key in which) if isinstance(which, tuple) else arguments[which]
