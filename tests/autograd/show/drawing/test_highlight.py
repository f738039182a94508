import pytest

from autograd import Value, scope
from autograd.show import draw_dot
from tests.autograd.show.svg import read


def picture(root, **options):
    return read(draw_dot(root, **options).pipe(format="svg", encoding="utf-8"))


def graph():
    """z = (x*w + b) * x: two paths from x, one from w and from b."""
    x, w, b = Value(2.0, label="x"), Value(-3.0, label="w"), Value(1.0, label="b")
    product = x * w
    product.label = "p"
    total = product + b
    total.label = "s"
    z = total * x
    z.label = "z"
    return {"x": x, "w": w, "b": b, "p": product, "s": total, "z": z}


def strong(seen):
    """The names of the nodes that are strong, and the edges between them and operations."""
    name = {key: texts[0] for key, texts in seen.nodes.items()}
    records = {name[key] for key in seen.nodes if seen.lines[key].width > 2 and not key.endswith("_op")}
    edges = {
        (name[key.split("->")[0]], name[key.split("->")[1].removesuffix("_op")])
        for key in seen.lines
        if key.endswith("_op") and "->" in key and seen.lines[key].width > 2
    }
    return records, edges


def test_every_path_from_a_leaf_is_strong_and_the_rest_is_grey():
    # Broken if a path is missing, or an operand that lies on none is strong too.
    node = graph()
    seen = picture(node["z"], highlight=node["x"])
    assert strong(seen) == ({"x", "p", "s", "z"}, {("x", "p"), ("p", "s"), ("s", "z"), ("x", "z")})
    faded = {texts[0]: seen.text_colors[key] for key, texts in seen.nodes.items()}
    assert faded["w"] == faded["b"] != faded["x"] == faded["*"] == "black"
    assert seen.caption == ["strong: every path from x to z"]


def test_several_leaves_have_the_paths_of_each():
    # Broken if only the first of them counts, or only paths that they share.
    node = graph()
    seen = picture(node["z"], highlight=[node["w"], node["b"]])
    assert strong(seen) == ({"w", "b", "p", "s", "z"}, {("w", "p"), ("b", "s"), ("p", "s"), ("s", "z")})
    assert seen.caption == ["strong: every path from w, b to z"]


def test_a_list_of_nodes_that_leads_to_the_root_is_one_path():
    # Broken if the other path from x is strong too.
    node = graph()
    long, short = ["x", "p", "s", "z"], ["x", "z"]
    seen = picture(node["z"], highlight=[node[name] for name in long])
    assert strong(seen) == ({"x", "p", "s", "z"}, {("x", "p"), ("p", "s"), ("s", "z")})
    assert seen.caption == ["strong: the path x -> p -> s -> z"]
    seen = picture(node["z"], highlight=(node[name] for name in short))
    assert strong(seen) == ({"x", "z"}, {("x", "z")})


def test_the_operation_of_a_node_where_a_path_begins_is_not_on_it():
    # Broken if what computed the highlighted node looks like a part of the path.
    node = graph()
    seen = picture(node["z"], highlight=node["s"])
    operations = {texts[0]: seen.lines[key].width > 2 for key, texts in seen.nodes.items() if "_op" in key}
    assert operations == {"+": False, "*": True}
    assert strong(seen)[1] == {("s", "z")}


def test_a_highlight_keeps_its_colors_and_what_is_faded_loses_them():
    # Broken if colours and highlights cannot be told apart: a faded node with a full colour.
    node = graph()
    node["z"].backward()
    seen = picture(node["z"], highlight=node["b"], color=True, marks=True)
    plain = picture(node["z"], color=True)
    fills = {texts[0]: (seen.fills[key], plain.fills[key]) for key, texts in seen.nodes.items()}
    assert fills["b"][0] == fills["b"][1]
    assert fills["w"][0] != fills["w"][1] and fills["w"][0] == fills["x"][0]
    grey = {seen.lines[key].color for key in seen.lines if key.startswith("n0->")}
    assert len(grey) == 1 and grey.isdisjoint(plain.lines[key].color for key in plain.lines)


def test_a_path_goes_through_boxes():
    # Broken if highlighting stops where the graph is folded.
    x, other = Value(1.0, label="x"), Value(2.0, label="y")
    with scope("first"):
        h = x * 2 + 1
    with scope("second"):
        k = other * 3 + 1
    seen = picture(h + k, highlight=x, max_nodes=7)
    name = {key: texts[0] for key, texts in seen.nodes.items()}
    assert {name[key] for key in seen.nodes if seen.lines[key].width > 2} >= {"x", "first", "+"}
    assert {name[key] for key in seen.nodes if seen.text_colors[key] != "black"} == {"y", "second"}
    widths = {
        (name[key.split("->")[0]], name[key.split("->")[1]]): line.width
        for key, line in seen.lines.items()
        if "->" in key
    }
    assert widths["x", "first"] > 2 and widths["first", "+"] > 2
    assert widths["y", "second"] == widths["second", "+"] == 1


def test_a_chain_of_any_length_can_be_highlighted():
    # Broken if paths are followed by recursion, or a caption lists thousands of nodes.
    x = Value(1.0, label="x")
    chain = [x]
    for _ in range(50_000):
        chain.append(-chain[-1])
    source = draw_dot(chain[-1], highlight=chain, max_nodes=10).source
    assert "strong: the path x -&#62; " in source and len(source) < 10_000


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (3.0, TypeError, "highlight is a Value or several.* got float"),
        ("x", TypeError, "got str"),
        (["x"], TypeError, "got str"),
        ([], ValueError, "got an empty collection; None highlights nothing"),
        (
            Value(1.0, label="stranger"),
            ValueError,
            "cannot highlight stranger.* its labels are 'x', 'w', 'p'",
        ),
        ([Value(5.0)], ValueError, r"cannot highlight Value\(data=5.0"),
    ],
)
def test_what_cannot_be_highlighted_is_named(wrong, error, message):
    # Broken if a node of another graph is silently ignored, and the whole picture is grey.
    with pytest.raises(error, match=message):
        draw_dot(graph()["z"], highlight=wrong)
