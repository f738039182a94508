"""Parameters are found wherever they stand, named, saved and restored."""

import pytest

import nn
from autograd import Value


class Shelf(nn.Module):
    """Parameters in every place where one may stand."""

    def __init__(self):
        self.single = Value(1.0)
        self.listed = [Value(2.0), Value(3.0)]
        self.named = {"a": Value(4.0), "deep": [Value(5.0)]}
        self.pair = (nn.Neuron(2), Value(6.0))
        self.alias = self.single
        self.computed = self.single * 2
        self.text = "not a parameter"
        self.count = 3


def test_parameters_are_found_in_attributes_lists_dicts_tuples_and_modules():
    names = [name for name, _ in Shelf().named_parameters()]
    assert names == [
        "single", "listed.0", "listed.1", "named.a", "named.deep.0",
        "pair.0.w.0", "pair.0.w.1", "pair.0.b", "pair.1",
    ]  # fmt: skip


def test_a_parameter_that_stands_twice_is_found_once():
    shelf = Shelf()
    assert shelf.parameters().count(shelf.single) == 1


def test_modules_that_refer_to_each_other_are_walked_once():
    parent, child = Shelf(), Shelf()
    parent.child, child.parent = child, parent
    assert len(parent.parameters()) == 18


def test_zero_grad_reaches_every_parameter():
    model = nn.MLP(2, [3, 1], seed=0)
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 13


def test_a_loaded_state_gives_the_same_outputs():
    model, other = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3, 1], seed=1)
    other.load_state_dict(model.state_dict())
    assert other([0.3, -0.2]).data == model([0.3, -0.2]).data


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda state: state.pop("b"), ValueError, "missing b"),
        (lambda state: state.update(c=1.0), ValueError, "unknown c"),
        (lambda state: state.update(b="one"), TypeError, "got str: 'one'"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    neuron = nn.Neuron(2, seed=0)
    before = neuron.state_dict()
    state = dict.fromkeys(before, 9.0)
    change(state)
    with pytest.raises(error, match=message):
        neuron.load_state_dict(state)
    assert neuron.state_dict() == before


def test_the_summary_counts_what_parameters_returns():
    model = nn.MLP(3, [4, 4, 2])
    assert model.summary().splitlines()[-1].split() == ["total", str(len(model.parameters()))]


def test_the_summary_of_modules_that_refer_to_each_other_ends():
    parent, child = Shelf(), Shelf()
    parent.child, child.parent = child, parent
    assert parent.summary().splitlines()[-1].split() == ["total", "18"]


def test_two_parameters_of_one_name_are_refused():
    class Keys(nn.Module):
        def __init__(self):
            self.table = {1: Value(1.0), "1": Value(2.0)}

    with pytest.raises(ValueError, match="two parameters have the same name"):
        Keys().state_dict()


def test_parameters_are_the_named_ones_also_where_a_module_chooses_them():
    """Freezing a part by leaving it out of named_parameters()."""

    class HalfFrozen(nn.Module):
        def __init__(self):
            self.frozen, self.free = Value(1.0), Value(2.0)

        def named_parameters(self):
            return [(name, p) for name, p in super().named_parameters() if name != "frozen"]

    model = HalfFrozen()
    assert model.parameters() == [model.free]
