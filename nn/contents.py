"""What a module holds: everything in its attributes, each thing once, with the path that leads to it.

What has a name and a fixed order is found: attributes of modules and dataclasses, entries of lists, tuples,
mappings, arrays. What has not is loose: members of a set, attributes of other objects. A parameter that is
only there would not be trained, or not be saved under a name that the next run knows, so it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import is_dataclass
from typing import Any, NamedTuple, TypeVar

from autograd import Value
from nn.entries import UNNAMED, Entry, attributes, entries_of_the_class, items, slots
from nn.usual import PLAIN

Place = tuple["Place", object] | None
"""A path as links, the last name first; it is only written out where somebody reads it."""

T = TypeVar("T", bound=Value | float)
Thing = TypeVar("Thing")


class Buffer(list[T]):
    """Numbers or Values that belong to the state of a module but are not trained, such as running averages.

    They are saved and loaded together with the parameters, but are not among them.

    >>> from nn import Module
    >>> class Falling(Module):
    ...     def __init__(self):
    ...         self.height = Value(10.0)
    ...         self.gravity = Buffer([Value(9.81, label="g")])
    >>> [name for name, _ in Falling().named_parameters()], list(Falling().state_dict())
    (['height'], ['height', 'gravity.0'])
    """


@items.register(Buffer)
def _(holder: Buffer[Any]) -> tuple[Iterable[Entry], Iterable[Entry]]:
    return (), ()  # its Values are no parameters


class Contents(NamedTuple):
    """Things that were found, and for each the place of what holds it and the name that it has there."""

    things: list[Any]
    holders: list[Place]
    names: list[object]

    def named(self, chosen: list[Thing]) -> list[tuple[str, Thing]]:
        """Some of the things, in the order in which they were found, each with its path."""
        return list(zip(self.paths(chosen), chosen, strict=True))

    def paths(self, chosen: Iterable[Any]) -> list[str]:
        """The paths of some of the things, given in the same order; the way to a list is written once."""
        paths: list[str] = []
        rest = iter(chosen)
        wanted, shared, stem = next(rest, None), None, ""
        for thing, holder, name in zip(self.things, self.holders, self.names, strict=True):
            if thing is wanted:
                if holder is not shared:
                    shared, stem = holder, path_of((holder, ""))
                paths.append(path_of(holder) if name is UNNAMED else f"{stem}{name!s}")
                wanted = next(rest, None)
        return paths


def contents(root: Any, wanted: Callable[[Any], bool], whole: type, deep: bool = True) -> Contents:
    """Everything in a module with its place, each thing once; the module itself first.

    Args:
        root: where to start.
        wanted: what must not be loose.
        whole: the class whose objects are searched, as dataclasses are: `Module`.
        deep: also look inside the modules that are found.

    Raises:
        TypeError: if something wanted is only held loosely; it says where, and what to do.
    """
    search = _Search(whole, deep)
    search.below(None, [(UNNAMED, root)])
    found = search.found()
    while deep and search.loose:
        place, holder, entries = search.loose.pop()
        before = len(search.names)
        search.below(place, entries)
        for thing, above, name in zip(*search.found(before), strict=True):
            if wanted(thing):
                raise TypeError(_advice(place, holder, (above, name), thing, whole))
    return found


def things_in(root: Any, wanted: Callable[[Any], bool], whole: type) -> list[Any]:
    """What `contents` finds, without the places, which cost more than the rest."""
    search = _Search(whole, placed=False)
    search.below(None, [(UNNAMED, root)])
    found = list(search.things.values())
    while search.loose:
        search.below(None, search.loose.pop()[2])
    if any(wanted(thing) for thing in list(search.things.values())[len(found) :]):
        contents(root, wanted, whole)  # which says where it is
    return found


class _Search:
    """What was found, and what was put off because it has no place of its own."""

    def __init__(self, whole: type, deep: bool = True, placed: bool = True) -> None:
        self.whole = whole
        self.deep = deep
        self.placed = placed
        self.things: dict[int, Any] = {}  # by address, which stays theirs as long as they are kept here
        self.holders: list[Place] = []  # of the things, in the same order: where each stands
        self.names: list[object] = []  # and how it is called there
        self.loose: list[tuple[Place, Any, list[Entry]]] = []
        self.simple: dict[type, bool] = {}  # by class of modules: whether they have attributes and no more

    def found(self, first: int = 0) -> Contents:
        """All that was found, but for so many things that came first."""
        things = list(self.things.values())
        return Contents(things[first:], self.holders[first:], self.names[first:])

    def below(self, place: Place, entries: Iterable[Entry]) -> None:
        """Find all that is new in some entries; a loop, for modules may be nested deeper than calls."""
        things, holders, names, placed = self.things, self.holders, self.names, self.placed
        open_: list[tuple[Place, Iterator[Entry]]] = [(place, iter(entries))]
        while open_:
            above, rest = open_[-1]
            for name, thing in rest:
                address, kind = id(thing), type(thing)
                if address in things or kind in PLAIN:
                    continue
                things[address] = thing
                if placed:
                    holders.append(above)
                    names.append(name)
                if kind is not Value and (self.deep or not above or not isinstance(thing, self.whole)):
                    here = (above, name) if placed else None
                    open_.append((here, iter(self.inside(here, thing))))
                    break
            else:
                open_.pop()

    def inside(self, place: Place, holder: Any) -> Iterable[Entry]:
        """What an object holds by name; what it holds otherwise is put off."""
        if type(holder) is list:
            return enumerate(holder)
        if self.simple.get(type(holder)):
            return list(vars(holder).items())
        if isinstance(holder, type):
            return ()
        named, loose = items(holder)
        if isinstance(holder, self.whole):
            if type(holder) not in self.simple:
                loose = [*loose, *entries_of_the_class(type(holder), self.whole)]
                more = slots(type(holder)) or isinstance(holder, Collection)  # type: ignore[arg-type]
                self.simple[type(holder)] = not more
            named = [*attributes(holder), *named]
        elif is_dataclass(holder):
            named = [*attributes(holder), *named]
        elif not type(holder).__module__.startswith("autograd."):  # an explanation, say, holds its graph
            loose = [*loose, *attributes(holder)]
        if loose:
            self.loose.append((place, holder, list(loose)))
        return named


def path_of(place: Place) -> str:
    """A place as it is written, such as 'layers.0.neurons.2.w.1'.

    >>> path_of(((None, "w"), 1))
    'w.1'
    """
    names = []
    while place is not None:
        place, name = place
        if name is not UNNAMED:
            names.append(str(name))
    return ".".join(reversed(names))


def _advice(place: Place, holder: Any, below: Place, found: Any, whole: type) -> str:
    """Why a thing is not found where it stands, and where it would be."""
    kind, where, path = type(holder).__name__, path_of(place), path_of(below)
    what = f"a {type(found).__name__}" if isinstance(found, whole) else "a parameter"
    if isinstance(holder, Set):
        return f"{where} is a {kind}, which has no order, and {what} is in it; hold it in a list or a dict"
    if isinstance(holder, Mapping):
        return f"{where} has {what} under, or as, a key that is no name; let the keys be strings or numbers"
    if isinstance(holder, whole):
        return f"{path} is {what} of the class {kind}, the same for all its objects; set it in __init__"
    return (
        f"{path} is {what} in an object of the class {kind}, which is not searched; derive {kind} from "
        "nn.Module, make it a dataclass, or let it hold Values that are not to be trained detached, as in "
        "Value(2.0).detach()"
    )
