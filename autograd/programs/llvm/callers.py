"""The IR of builtin functions: how arguments are read and results made, object by object.

Where an object has its parts is taken from the sizes that Python itself gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from autograd.programs.llvm.kernels import defined
from autograd.programs.llvm.writer import Writer

Tree: TypeAlias = "int | list[Tree] | tuple[Tree, ...]"
"""The structure of arguments or results; in place of each float stands which input or output it is."""

HEAD = object.__basicsize__  # bytes; then a list has its length and a pointer to its items
TYPE = HEAD - 8  # where an object has a pointer to its type
FLOAT = float.__basicsize__ - 8  # where a float has its number
ITEMS = tuple.__basicsize__  # where a tuple has its items
BYTES = bytes.__basicsize__ - 1  # where bytes have the first of them

FUNCTIONS = {
    "PyFloat_FromDouble": "ptr @PyFloat_FromDouble(double)",
    "PyList_New": "ptr @PyList_New(i64)",
    "PyTuple_New": "ptr @PyTuple_New(i64)",
    "PyObject_Vectorcall": "ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)",
    "Py_IncRef": "void @Py_IncRef(ptr)",
    "Py_DecRef": "void @Py_DecRef(ptr)",
}
DECLARATIONS = "".join(f"declare {declared}\n" for declared in FUNCTIONS.values())
"""Lines of IR that declare CPython's functions, to stand once before the functions written here."""


def bound_ir() -> str:
    """A function that runs `single` on buffers whose addresses are beside it, and returns None."""
    w = Writer()
    known = w.line(_at(_load(w, "%self", ITEMS), BYTES))
    source, target, none = (_load(w, known, 8 * place) for place in range(3))
    w.lines += [
        f"call void @single(ptr {source}, ptr {target})",
        f"call void @Py_IncRef(ptr {none})",
        f"ret ptr {none}",
    ]
    return defined("ptr @bound(ptr %self, ptr %nothing)", w.lines)


def call_ir(arguments: Sequence[Tree], results: Tree) -> str:
    """A function that reads its arguments, runs `single`, and makes the results.

    Args:
        arguments: the structure of each argument; together they have every input once.
        results: the structure of what is returned.
    """
    return _Call(arguments, results).ir


class _Call:
    """Writes the function `call`."""

    def __init__(self, arguments: Sequence[Tree], results: Tree) -> None:
        w = self._writer = Writer()
        self._labels = 0
        inputs, outputs = len(leaves(list(arguments))), 1 + max(leaves(results), default=0)
        w.lines += [
            f"%in = alloca [{inputs} x double], align 64",
            f"%out = alloca [{outputs} x double], align 64",
        ]
        known = w.line(_at(_load(w, "%self", ITEMS), BYTES))
        self._types = {kind: _load(w, known, 8 * place) for place, kind in enumerate((float, list, tuple))}
        self._go_on_if("icmp eq ptr %names, null", "slow")
        self._go_on_if(f"icmp eq i64 %count, {len(arguments)}", "slow")
        self._read_all("%args", arguments)
        w.lines.append("call void @single(ptr %in, ptr %out)")
        if isinstance(results, int):
            made = self._float(self._place("%out", results))
        else:
            made = self._container(results)
        w.lines += [f"ret ptr {made}", *self._ends(results, made)]
        self.ir = defined("ptr @call(ptr %self, ptr %args, i64 %count, ptr %names)", w.lines)

    def _ends(self, results: Tree, made: str) -> list[str]:
        """The lines for what is not taken, and for no memory left."""
        lines = [
            "slow:",
            f"%slow.at = {_at('%self', ITEMS + 8)}",
            "%slow.is = load ptr, ptr %slow.at, align 8",
            "%slow.made = call ptr @PyObject_Vectorcall(ptr %slow.is, ptr %args, i64 %count, ptr %names)",
            "ret ptr %slow.made",
        ]
        if not isinstance(results, int):
            lines += ["failed:", f"call void @Py_DecRef(ptr {made})", "br label %nothing"]
            lines += ["nothing:", "ret ptr null"]
        return lines

    # Arguments

    def _read_all(self, items: str, trees: Sequence[Tree]) -> None:
        """Read what stands at a pointer to pointers to objects."""
        slots = consecutive(trees)
        if slots is not None:
            with self._each(len(slots)) as each:
                at = self._element("ptr", items, each)
                self._read(_load(self._writer, at, 0), self._place("%in", slots[0], each))
            return
        for place, tree in enumerate(trees):
            item = _load(self._writer, items, 8 * place)
            if isinstance(tree, int):
                self._read(item, self._place("%in", tree))
            else:
                self._check(item, type(tree))
                size = _load(self._writer, item, HEAD, "i64")
                self._go_on_if(f"icmp eq i64 {size}, {len(tree)}", "slow")
                self._read_all(self._items(item, type(tree)), tree)

    def _read(self, item: str, into: str) -> None:
        self._check(item, float)
        number = _load(self._writer, item, FLOAT, "double")
        self._writer.lines.append(f"store double {number}, ptr {into}, align 8")

    def _check(self, item: str, kind: type) -> None:
        found = _load(self._writer, item, TYPE)
        self._go_on_if(f"icmp eq ptr {found}, {self._types[kind]}", "slow")

    def _items(self, item: str, kind: type) -> str:
        w = self._writer
        return _load(w, item, HEAD + 8) if kind is list else w.line(_at(item, ITEMS))

    # Results

    def _container(self, tree: list[Tree] | tuple[Tree, ...], into: str | None = None) -> str:
        """A new list or tuple; it is put where it belongs before anything else is made that may fail."""
        w = self._writer
        make = "PyList_New" if type(tree) is list else "PyTuple_New"
        made = w.line(f"call ptr @{make}(i64 {len(tree)})")
        self._go_on_if(f"icmp ne ptr {made}, null", "failed" if into else "nothing")
        if into:
            w.lines.append(f"store ptr {made}, ptr {into}, align 8")
        self._make_all(self._items(made, type(tree)), tree)
        return made

    def _make_all(self, items: str, trees: Sequence[Tree]) -> None:
        w = self._writer
        outputs = consecutive(trees)
        if outputs is not None:
            with self._each(len(outputs)) as each:
                self._put(self._place("%out", outputs[0], each), self._element("ptr", items, each))
            return
        for place, tree in enumerate(trees):
            into = w.line(_at(items, 8 * place))
            if isinstance(tree, int):
                self._put(self._place("%out", tree), into)
            else:
                self._container(tree, into)

    def _put(self, source: str, into: str) -> None:
        w = self._writer
        made = self._float(source)
        self._go_on_if(f"icmp ne ptr {made}, null", "failed")
        w.lines.append(f"store ptr {made}, ptr {into}, align 8")

    def _float(self, source: str) -> str:
        number = _load(self._writer, source, 0, "double")
        return self._writer.line(f"call ptr @PyFloat_FromDouble(double {number})")

    # Places and jumps

    def _element(self, kind: str, base: str, index: str) -> str:
        return self._writer.line(f"getelementptr {kind}, ptr {base}, i64 {index}")

    def _place(self, numbers: str, first: int, index: str = "0") -> str:
        """Where an input or output stands; the first one or one of those after it."""
        return self._element("double", self._writer.line(_at(numbers, 8 * first)), index)

    def _label(self) -> str:
        self._labels += 1
        return f"block{self._labels}"

    def _go_on_if(self, condition: str, otherwise: str) -> None:
        """Jump away unless a condition holds."""
        label = self._label()
        holds = self._writer.line(condition)
        self._writer.lines += [f"br i1 {holds}, label %{label}, label %{otherwise}", f"{label}:"]

    @contextmanager
    def _each(self, count: int) -> Iterator[str]:
        """A loop around the lines written inside; gives the name of its index."""
        lines = self._writer.lines
        before, body, again, after = (self._label() for _ in range(4))
        each = f"%each.{body}"
        lines += [f"br label %{before}", f"{before}:", f"br label %{body}", f"{body}:"]
        lines.append(f"{each} = phi i64 [0, %{before}], [{each}.next, %{again}]")
        yield each
        lines += [f"br label %{again}", f"{again}:", f"{each}.next = add i64 {each}, 1"]
        lines.append(f"{each}.more = icmp ult i64 {each}.next, {count}")
        lines += [f"br i1 {each}.more, label %{body}, label %{after}", f"{after}:"]


def leaves(tree: Tree) -> list[int]:
    """The numbers in a structure, in order.

    >>> leaves((0, [1, (2, 3)]))
    [0, 1, 2, 3]
    """
    return [tree] if isinstance(tree, int) else [leaf for inner in tree for leaf in leaves(inner)]


def consecutive(trees: Sequence[Tree]) -> range | None:
    """The numbers of a structure that is a run of several, one after the other; else None."""
    first = trees[0] if trees else None
    if len(trees) < 2 or not isinstance(first, int):
        return None
    run = range(first, first + len(trees))
    return run if list(trees) == list(run) else None


def _at(base: str, offset: int) -> str:
    return f"getelementptr i8, ptr {base}, i64 {offset}"


def _load(writer: Writer, base: str, offset: int, kind: str = "ptr") -> str:
    """What stands so many bytes after a place."""
    return writer.line(f"load {kind}, ptr {writer.line(_at(base, offset))}, align 8")
