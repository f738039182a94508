"""Programs drawn: what stands in the picture, and what is left out of a long one."""

import re
from itertools import pairwise

import pytest

import autograd
from autograd import Program, Value, draw_dot, flatten, ops
from autograd.programs.program import UNUSED
from autograd.show.drawing.plan import PAGE
from tests.autograd.show.geometry import overlaps
from tests.autograd.show.svg import read


def rosenbrock(size):
    leaves = [Value(0.1 * n, label=f"x{n}") for n in range(size)]
    terms = ((1 - a) ** 2 + 100 * (b - a * a) ** 2 for a, b in pairwise(leaves))
    return flatten(autograd.sum(terms), leaves)


def rendered(program, **options):
    return draw_dot(program, **options).pipe(format="svg", encoding="utf-8")


def test_it_shows_inputs_constants_instructions_and_outputs():
    x, y = Value(0.5, label="x"), Value(2.0, label="y")
    seen = read(rendered(flatten((y - x * x) ** 2 * 0.5, [x, y])))
    assert seen.nodes == {
        "n0": ["x", "input"],
        "n1": ["y", "input"],
        "n4": ["v1"],
        "n4_op": ["*"],
        "n5": ["v2"],
        "n5_op": ["-"],
        "n6": ["v3"],
        "n6_op": ["**"],
        "n7": ["v4", "output"],
        "n7_op": ["*"],
    }
    assert seen.copies == {"n2_at_n6": ["2"], "n3_at_n7": ["0.5"]}
    assert seen.edges == {
        ("n0", "n4_op"): 2,
        ("n4_op", "n4"): 1,
        ("n1", "n5_op"): 1,
        ("n4", "n5_op"): 1,
        ("n5_op", "n5"): 1,
        ("n5", "n6_op"): 1,
        ("n2_at_n6", "n6_op"): 1,
        ("n6_op", "n6"): 1,
        ("n6", "n7_op"): 1,
        ("n3_at_n7", "n7_op"): 1,
        ("n7_op", "n7"): 1,
    }
    assert seen.tooltips["n5_op"] == {"v2 = y - v1"}
    assert seen.caption == []


def test_outputs_are_numbered_where_there_are_several():
    # Broken if an output that is an input or a number, or stands there twice, cannot be told.
    program = Program(["x"], [3.5], [ops.exp], [0], [0], [UNUSED], [2, 0, 1, 2])
    seen = read(rendered(program))
    assert seen.nodes == {
        "n0": ["x", "input", "output 2"],
        "n1": ["3.5", "output 3"],
        "n2": ["v1", "output 1", "output 4"],
        "n2_op": ["exp"],
    }


def test_a_long_program_says_what_is_left_out():
    # Broken if a part of a program is taken for the whole.
    svg = rendered(rosenbrock(100))
    seen = read(svg)
    drawn = sum(name.endswith("_op") for name in seen.nodes)
    inputs = sum("input" in texts for texts in seen.nodes.values())
    assert 20 < drawn < 60
    assert seen.nodes["rest"] == [f"{791 - drawn} more instructions", f"{100 - inputs} more inputs"]
    assert seen.caption[0] == f"{drawn} of 791 instructions are drawn, those nearest to the outputs"
    assert float(re.search(r'<svg width="([\d.]+)pt"', svg)[1]) <= PAGE
    assert ["v791", "output"] in seen.nodes.values()


def test_what_is_left_out_reads_nothing_that_is_drawn():
    # Broken if an output that others read is drawn without the arrows to them.
    x = Value(0.5, label="x")
    early = y = x.sin()
    for _ in range(30):
        y = (y + early).cos()
    seen = read(rendered(flatten([early, y], [x]), max_nodes=5))
    drawn = [texts for name, texts in seen.nodes.items() if re.fullmatch(r"n\d+", name)]
    assert drawn == [["v57"], ["v58"], ["v59"], ["v60"], ["v61", "output 2"]]
    assert seen.nodes["rest"] == ["56 more instructions", "1 more input", "1 more output"]


def test_everything_is_drawn_on_request():
    seen = read(rendered(rosenbrock(20), max_nodes=None))
    assert sum(name.endswith("_op") for name in seen.nodes) == len(rosenbrock(20))
    assert "rest" not in seen.nodes


@pytest.mark.parametrize("size", [2, 4, 12])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_no_words_lie_on_words_or_edges(size, rankdir):
    assert overlaps(rendered(rosenbrock(size), rankdir=rankdir)) == []


def test_what_a_program_does_not_have_is_refused():
    x = Value(0.5)
    program = flatten(x * x, [x])
    for wish in ({"color": True}, {"marks": True}, {"highlight": x}, {"unfold": "a"}, {"micrograd": True}):
        with pytest.raises(ValueError, match="a program is drawn without gradients, scopes and paths"):
            draw_dot(program, **wish)
    with pytest.raises(
        TypeError, match="draws one Value and what it was computed from, or a Program, got int"
    ):
        draw_dot(3)
    with pytest.raises(ValueError, match="rankdir is one of"):
        draw_dot(program, rankdir="up")
