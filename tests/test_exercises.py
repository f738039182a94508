"""The exercises of the notebooks: each accepts its right answer, and has a hint for each of its mistakes."""

import inspect
import json
import math
import re
from pathlib import Path

import pytest

import exercises
from autograd import Value, sin
from exercises.answers import Choice, Exercise, Function, Mistake, Number, Numbers
from exercises.reading import is_open

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
EACH = pytest.mark.parametrize("number", sorted(exercises.EXERCISES))


@EACH
def test_the_right_answer_is_accepted_and_told_why(number):
    entry = exercises.EXERCISES[number]
    assert exercises.verdict(number, entry.answer.example()) == f"Right: {entry.why}"
    assert entry.why.endswith(".")


@EACH
def test_each_mistake_gets_the_hint_that_fits_it(number):
    """Broken if a mistake passes, or if an earlier entry of the table takes its answer."""
    mistakes = exercises.EXERCISES[number].mistakes
    assert mistakes
    for mistake in mistakes:
        assert exercises.verdict(number, mistake.answer) == f"Not yet: {mistake.hint}"


@EACH
def test_dots_are_asked_for_and_other_kinds_are_refused(number):
    wanted = exercises.EXERCISES[number].answer.wanted
    assert exercises.verdict(number, ...).startswith(f"Exercise {number} waits for {wanted}.")
    assert exercises.verdict(number, [1.0, ...]) == exercises.verdict(number, ...)
    for odd in (None, object(), {"no": "such"}, True):
        assert exercises.verdict(number, odd).startswith("Not yet: ")


def cells_of(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def numbers_in(path: Path, kind: str, pattern: str) -> list[str]:
    cells = ("".join(cell["source"]) for cell in cells_of(path) if cell["cell_type"] == kind)
    return [number for cell in cells for number in re.findall(pattern, cell, re.M | re.S)]


NUMBERED = sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)
def test_each_exercise_of_a_notebook_has_a_check(path):
    """Else a reader would be left alone with an answer, or an entry of a table would never be asked for."""
    table = list(exercises.TABLES[path.name[:2]])
    texts = numbers_in(path, "markdown", r"^\*\*Exercise (\d+)\.\*\*")
    assert [f"{path.name[:2]}.{number}" for number in texts] == table
    assert numbers_in(path, "code", r"""^check\("(\d\d\.\d+)", """) == table


def class_in(source: str) -> type:
    namespace = {"math": math}
    exec(source, namespace)
    return namespace["Value"]


FOLDED = numbers_in(
    NOTEBOOKS / "00_build_it_yourself.ipynb", "markdown", r"<details>.*?```python\n(class Value:\n.*?)```"
)
WHOLE = inspect.getsource(exercises.n00.forty_lines.Value)


def test_the_folded_classes_of_notebook_00_are_right():
    """Else a reader who gives up would be handed a class that does not pass."""
    for number, source in zip(exercises.TABLES["00"], FOLDED, strict=True):
        assert exercises.verdict(number, class_in(source)).startswith("Right: ")
    cells = numbers_in(NOTEBOOKS / "00_build_it_yourself.ipynb", "code", r"\A(class Value:\n.*)\Z")
    assert FOLDED[-1] == WHOLE
    assert WHOLE.rstrip() in cells


@pytest.mark.parametrize(
    ("number", "old", "new", "hint"),
    [
        (
            "00.1",
            "self.data * other.data",
            "self.data - other.data",
            "for a . b with .* is 5; the engine",
        ),
        ("00.1", "= data", "= -data", "for a . b with"),
        ("00.2", "* other.data, (self, other)", "* other.data, (other, self)", "the operands of a . b are"),
        ("00.2", "self.data + other", "self.data - other", r"for a \+ b with"),
        (
            "00.3",
            "self.grad += other.data * out.grad",
            "self.grad = other.data * out.grad",
            "for a . b .* second",
        ),
        ("00.3", "self.grad += other.data", "self.grad += other.nothing", "a . b raises AttributeError"),
        ("00.4", "found[node] = True", "pass", "the result itself is missing"),
        ("00.5", "self.grad = 1.0", "self.grad = 2.0", r"for a \+ b with .*, a.grad is 2; the engine says 1"),
        ("00.6", "max(self.data, 0.0)", "self.data", r"for b.relu\(\) with"),
    ],
)
def test_other_mistakes_in_the_classes_on_the_way_are_described(number, old, new, hint):
    """Broken if a hint that does not fit is given to a class that lacks what comes in later steps."""
    source = FOLDED[int(number[-1]) - 1]
    assert old in source
    assert re.match(f"Not yet: {hint}", exercises.verdict(number, class_in(source.replace(old, new))))


def test_no_table_is_without_its_notebook():
    assert [path.name[:2] for path in NUMBERED] == sorted(exercises.TABLES)


def test_check_prints_what_it_found(capsys):
    for answer in (576, "576", ...):
        exercises.check("01.1", answer)
        printed = capsys.readouterr().out
        assert " ".join(printed.split()) == exercises.verdict("01.1", answer)
        assert max(map(len, printed.splitlines())) <= exercises.WIDTH, "a reader would have to scroll"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("01.9", "notebook 01 has 01.1, 01.2, 01.3"),
        ("77.1", "there are notebooks "),
        (1.1, "there is no exercise 1.1"),
    ],
)
def test_an_exercise_that_does_not_exist_is_named(number, message):
    with pytest.raises(ValueError, match=message):
        exercises.check(number, 1.0)


HALF = Number(lambda: 0.5)
PAIR = Numbers(lambda: {"w": 2.0, "b": (1.0, -3.0)})
SQUARE = Function(lambda x: x**2, [(1.0,), (3.0,)], what="a function of x")
KINDS = [
    (HALF, 0.5, None),
    (HALF, Value(0.5), None),
    (HALF, 0.5000001, None),
    (HALF, 0.501, "is it rounded"),
    (HALF, -0.5, "the wrong sign"),
    (HALF, 1, "twice"),
    (HALF, 0.25, "half of"),
    (HALF, 9, "too large"),
    (HALF, float("nan"), "no number"),
    (HALF, "0.5", "'0.5' is a str.*waits for a number, to within 0.000001"),
    (HALF, True, "True is a bool"),
    (PAIR, {"b": [1, -3], "w": Value(2)}, None),
    (PAIR, {"w": 2.0, "b": (1.0, 3.0)}, "1 of 3 not right. b, number 2: 3 has the right size"),
    (PAIR, {"w": 2.0, "b": (1.0,)}, "2 numbers are too few"),
    (PAIR, {"w": 2.0}, "a dict with 'w'.* waits for numbers, a dict with 'w' and 'b'"),
    (PAIR, (2.0, 1.0), r"2 in a tuple"),
    (PAIR, {"w": "2", "b": (1.0, 3.0)}, "'2' is a str"),
    (Choice("up", ["up", "down"]), " Up", None),
    (Choice("up", ["up", "down"]), "down", '"down" is not it'),
    (Choice("up", ["up", "down"]), "left", 'none of the choices.*one of "up", "down"'),
    (Choice("up", ["up", "down"]), 1, "1 is an int"),
    (SQUARE, lambda x: x * x, None),
    (SQUARE, lambda x: x, "At 3 it gives 3, and that is not right"),
    (SQUARE, lambda x: 1 / (x - 3), "At 1 it gives -0.5"),
    (SQUARE, lambda x: x * x.nothing, "At 1 it raises AttributeError"),
    (SQUARE, lambda x: x.detach() * x if isinstance(x, Value) else x * x, "is right, but not its derivative"),
    (SQUARE, 9.0, "9.0 is a float.* waits for a function of x"),
]


class Unfinished:
    def method(self):
        return lambda: ...


@pytest.mark.parametrize("answer", [..., [1.0, ...], {"w": (...,)}, lambda: ..., Unfinished])
def test_dots_are_found_wherever_they_stand(answer):
    assert is_open(answer)
    assert not is_open(Value) and not is_open(SQUARE.right) and not is_open({"w": (1.0,)})


@pytest.mark.parametrize(("kind", "answer", "says"), KINDS)
def test_each_kind_says_what_is_wrong(kind, answer, says):
    hint = Exercise(kind, "it is.").hint(answer)
    assert hint is None if says is None else re.search(says, hint), hint


def test_a_mistake_like_its_example_gets_its_hint_and_others_the_last_one():
    entry = Exercise(
        Function(sin, [(0.5,), (2.0,)]),
        "it is.",
        [Mistake(lambda x: x, "that is x.")],
        "Look it up in the table.",
    )
    assert entry.hint(lambda x: 1.0 * x) == "that is x."
    assert entry.hint(lambda x: 2.0 * x).endswith("Look it up in the table.")


def test_a_mistake_that_cannot_be_looked_for_is_another_one():
    """Else a reader would get an error of the table in place of a hint."""
    entry = Exercise(
        PAIR, "it is.", [Mistake({"w": 1.0, "b": (1.0,)}, "one.", when=lambda p: len(p["b"]) == 1)]
    )
    assert entry.hint({"w": 1.0, "b": (1.0,)}) == "one."
    assert entry.hint({"w": 1.0, "b": 1.0}) == "2 numbers are too few."


def test_right_answers_are_computed_once():
    """Else an exercise that trains a network would let its readers wait at every try."""
    computed = []
    kind = Numbers(lambda: computed.append(1) or (1.0, 2.0))
    assert kind.wanted and kind.problem((1.0, 3.0)) and kind.problem((1.0, 2.0)) is None
    assert len(computed) == 1
