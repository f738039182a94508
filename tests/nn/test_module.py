"""Parameters are found wherever they stand, named, saved and restored."""

import pickle
from copy import deepcopy

import pytest

import nn
from autograd import Value


class Shelf(nn.Module):
    """Parameters in every place where they are found."""

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
    assert model.state_dict() == {"free": 2.0}
    model.load_state_dict({"free": 3.0})
    assert (model.frozen.data, model.free.data) == (1.0, 3.0)


def test_buffers_and_states_that_a_module_names_itself_are_asked_for():
    """Broken if what is searched once for all of them passes over a subclass's own methods."""

    class Own(nn.Module):
        def __init__(self):
            self.w, self.mean, self.last = Value(1.0), nn.Buffer([2.0]), nn.Buffer([3.0])

        def named_buffers(self):
            return [(name, buffer) for name, buffer in super().named_buffers() if name != "last"]

        def state_dict(self):
            return {**super().state_dict(), "version": 7.0}

    model = Own()
    assert model.state_dict() == {"w": 1.0, "mean.0": 2.0, "version": 7.0}
    with pytest.raises(ValueError, match="missing version"):
        model.load_state_dict({"w": 4.0, "mean.0": 5.0})
    model.load_state_dict({"w": 4.0, "mean.0": 5.0, "version": 7.0})
    assert (model.w.data, *model.mean, *model.last) == (4.0, 5.0, 3.0)


def test_what_a_buffer_holds_and_what_an_operation_made_are_no_parameters():
    # Broken: a rule of its own for each method, of which one trains what another does not save.
    class Mixed(nn.Module):
        def __init__(self):
            self.w, fixed = Value(2.0), Value(3.0)
            self.fixed, self.again, self.last = nn.Buffer([fixed]), fixed, self.w * fixed

    model = Mixed()
    assert model.parameters() == [p for _, p in model.named_parameters()] == [model.w]


class Counted(nn.Module):
    """A parameter, and buffers in two places."""

    def __init__(self):
        self.seen = nn.Buffer([0.0, 0.5])
        self.w = Value(2.0)
        self.inside = [nn.Buffer([1.0])]


def test_buffers_are_named_and_are_not_parameters():
    model = Counted()
    assert [name for name, _ in model.named_buffers()] == ["seen", "inside.0"]
    assert model.buffers() == [[0.0, 0.5], [1.0]] and model.parameters() == [model.w]


def test_a_state_holds_parameters_then_buffers_and_sets_them_in_place():
    model, other = Counted(), Counted()
    model.w.data, model.seen[:], model.inside[0][0] = 3.0, [4.0, 5.0], 6.0
    assert model.state_dict() == {"w": 3.0, "seen.0": 4.0, "seen.1": 5.0, "inside.0.0": 6.0}
    seen = other.seen
    other.load_state_dict(model.state_dict())
    assert other.state_dict() == model.state_dict() and other.seen is seen == [4.0, 5.0]


@pytest.mark.parametrize("name", ["seen.1", "inside.0.0"])
def test_a_state_without_a_number_of_a_buffer_changes_nothing(name):
    model = Counted()
    state = dict.fromkeys(model.state_dict(), 9.0)
    del state[name]
    with pytest.raises(ValueError, match=f"missing {name}"):
        model.load_state_dict(state)
    assert model.state_dict() == Counted().state_dict()


@pytest.mark.parametrize("copy", [deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_has_buffers_of_its_own(copy):
    model = Counted()
    other = copy(model)
    other.seen[0] = 7.0
    assert model.seen == [0.0, 0.5] and [name for name, _ in other.named_buffers()] == ["seen", "inside.0"]


def test_a_new_module_is_in_training_mode_and_modes_reach_all_inside():
    model = nn.MLP(2, [2, 1])
    assert all(module.training for module in model.modules())
    assert model.eval() is model
    assert [module.training for module in model.modules()] == [False] * 6
    assert model.layers[0].train() is model.layers[0]
    assert not model.training and model.layers[0].neurons[1].training and not model.layers[1].training


def test_modes_reach_modules_that_refer_to_each_other():
    parent, child = Shelf(), Shelf()
    parent.child, child.parent = child, parent
    parent.eval()
    assert not child.training and not child.pair[0].training


def test_a_batch_is_each_sample_by_itself():
    model = nn.MLP(2, [3, 2], seed=0)
    outputs = model.batch(iter([[1.0, 2.0], [3.0, 4.0]]))
    assert [[v.data for v in out] for out in outputs] == [
        [v.data for v in model(x)] for x in ([1, 2], [3, 4])
    ]


def test_modules_nested_deeper_than_python_calls_are_found():
    model = Counted()
    for _ in range(3000):
        outer = nn.Module()
        outer.inside, model = model, outer
    assert len(model.parameters()) == len(model.named_parameters()) == 1
    assert len(model.buffers()) == 2 and len(model.modules()) == 3001
    assert not model.eval().modules()[-1].training
    assert model.summary().splitlines()[-1].split() == ["total", "1"]
