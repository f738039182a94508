"""The exercises of the notebooks: each accepts its right answer, and has a hint for each of its mistakes."""

import json
import re
from pathlib import Path

import pytest

import exercises
from autograd import Value, sin
from exercises.answers import Choice, Exercise, Function, Mistake, Number, Numbers

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
    return [number for cell in cells for number in re.findall(pattern, cell, re.M)]


WITH_TABLES = sorted(path for path in NOTEBOOKS.glob("*.ipynb") if path.name[:2] in exercises.TABLES)


@pytest.mark.parametrize("path", WITH_TABLES, ids=lambda path: path.stem)
def test_each_exercise_of_a_notebook_has_a_check(path):
    """Else a reader would be left alone with an answer, or an entry of a table would never be asked for."""
    table = list(exercises.TABLES[path.name[:2]])
    texts = numbers_in(path, "markdown", r"^\*\*Exercise (\d+)\.\*\*")
    assert [f"{path.name[:2]}.{number}" for number in texts] == table
    assert numbers_in(path, "code", r"""^check\("(\d\d\.\d+)", """) == table


def test_no_table_is_without_its_notebook():
    assert [path.name[:2] for path in WITH_TABLES] == sorted(exercises.TABLES)


def test_check_prints_what_it_found(capsys):
    exercises.check("01.1", 576)
    assert capsys.readouterr().out.startswith("Right: ")


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
    (SQUARE, lambda x: ..., "dots in the function"),
    (SQUARE, lambda x: x.detach() * x if isinstance(x, Value) else x * x, "is right, but not its derivative"),
    (SQUARE, 9.0, "9.0 is a float.* waits for a function of x"),
]


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
