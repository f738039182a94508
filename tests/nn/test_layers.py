"""Neurons, layers and networks compute what they say, and a micrograd program runs on them unchanged."""

import math
import random

import micrograd.nn
import numpy
import pytest

import autograd
import nn
from autograd import Value, no_grad, tanh, trace


def test_a_neuron_is_the_activation_of_the_weighted_sum():
    neuron = nn.Neuron(2, activation="tanh", seed=0)
    w, b = [p.data for p in neuron.w], neuron.b.data
    assert neuron([0.5, -2.0]).data == math.tanh(b + w[0] * 0.5 + w[1] * -2.0)


@pytest.mark.parametrize("name", nn.ACTIVATIONS)
def test_every_activation_by_name_is_the_function_of_that_name(name):
    neuron = nn.Neuron(1, activation=name, init=lambda rng, nin, nout: 1.0)
    assert neuron([-0.7]).data == nn.ACTIVATIONS[name](Value(-0.7)).data


def test_an_activation_may_be_any_function_of_a_value():
    neuron = nn.Neuron(1, activation=lambda z: tanh(z) ** 2, init=lambda rng, nin, nout: 2.0)
    assert neuron([0.3]).data == math.pow(math.tanh(0.6), 2)


@pytest.mark.parametrize(
    ("build", "shown"),
    [
        (lambda: nn.Neuron(2), "ReLUNeuron(2)"),
        (lambda: nn.Neuron(16, nonlin=False), "LinearNeuron(16)"),
        (lambda: nn.Neuron(2, activation="sigmoid"), "SigmoidNeuron(2)"),
        (lambda: nn.Layer(2, 2), "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"),
        (lambda: nn.MLP(2, [1, 1]), "MLP of [Layer of [ReLUNeuron(2)], Layer of [LinearNeuron(1)]]"),
    ],
)
def test_reprs(build, shown):
    assert repr(build()) == shown


@pytest.mark.parametrize("shape", [(2, [16, 16, 1]), (3, [4, 4, 1]), (1, [1]), (4, [8, 3])])
def test_the_same_seed_draws_the_same_network_as_micrograd(shape):
    random.seed(7)
    theirs = micrograd.nn.MLP(*shape)
    random.seed(7)
    ours = nn.MLP(*shape)
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    assert repr(ours) == repr(theirs)
    x = [random.gauss(0, 1) for _ in range(shape[0])]
    theirs_out, ours_out = theirs(x), ours(x)
    if isinstance(ours_out, list):
        theirs_out, ours_out = sum(theirs_out), sum(ours_out)
    theirs_out.backward()
    ours_out.backward()
    assert ours_out.data == theirs_out.data
    assert [p.grad for p in ours.parameters()] == pytest.approx(
        [p.grad for p in theirs.parameters()], rel=1e-14, abs=0
    )


def test_a_seed_of_its_own_leaves_the_random_module_alone():
    random.seed(3)
    expected = random.random()
    random.seed(3)
    model = nn.MLP(2, [4, 1], seed=5)
    assert random.random() == expected
    assert model.state_dict() == nn.MLP(2, [4, 1], seed=5).state_dict()
    assert model.state_dict() != nn.MLP(2, [4, 1], seed=6).state_dict()


@pytest.mark.parametrize(
    ("init", "variance"),
    [("uniform", 1 / 3), ("xavier", 2 / (50 + 100)), ("he", 2 / 50), ("lecun", 1 / 50)],
)
def test_inits_have_the_variance_of_their_papers(init, variance):
    layer = nn.Layer(50, 100, init=init, seed=0)
    weights = [w.data for neuron in layer.neurons for w in neuron.w]
    spread = sum(w * w for w in weights) / len(weights)
    # 5000 draws: the standard error of a variance is at most sqrt(2 / 5000) of it, 2 %.
    assert spread == pytest.approx(variance, rel=0.08)
    assert [neuron.b.data for neuron in layer.neurons] == [0.0] * 100


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Neuron(2)([1.0]), ValueError, "takes 2 inputs, got 1"),
        (lambda: nn.Layer(2, 2)([1.0, 2.0, 3.0]), ValueError, "takes 2 inputs, got 3"),
        (lambda: nn.MLP(2, [2, 1])([1.0]), ValueError, "takes 2 inputs, got 1"),
        (lambda: nn.MLP(2, [1])(1.0), TypeError, "a sequence of 2 numbers"),
        (lambda: nn.MLP(2, [1])(["a", "b"]), TypeError, "got str: 'a'"),
        (lambda: nn.Neuron(0), ValueError, "nin of Neuron is a whole number, one or more, got 0"),
        (lambda: nn.Layer(2, -1), ValueError, "nout of Layer is a whole number, one or more, got -1"),
        (lambda: nn.MLP(2, []), ValueError, "nouts of MLP is a list with the size of every layer"),
        (lambda: nn.MLP(2, 3), ValueError, "nouts of MLP is a list with the size of every layer"),
        (
            lambda: nn.Neuron(2, activation="swoosh"),
            ValueError,
            "unknown activation 'swoosh'; there are linear",
        ),
        (lambda: nn.Neuron(2, init="big"), ValueError, "unknown init 'big'; there are uniform, xavier"),
        (lambda: nn.Neuron(2, seed="1"), TypeError, "a seed is an int"),
    ],
)
def test_a_wrong_argument_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_all_neurons_of_a_layer_share_the_input_nodes():
    out = nn.Layer(2, 3)([1.0, 2.0])
    nodes = {node for neuron in out for node in trace(neuron)[0] if node.label.startswith("x")}
    assert len(nodes) == 2


def test_nodes_and_parameters_know_their_layer_and_neuron():
    model = nn.MLP(2, [2, 1])
    assert model.layers[0].neurons[1].w[0].scope == "layer 1/neuron 2"
    assert model.layers[0].neurons[1].w[0].label == "w1"
    scopes = {node.scope for node in trace(model([1.0, 2.0]))[0]}
    assert scopes == {"", "layer 1/neuron 1", "layer 1/neuron 2", "layer 2/neuron 1"}


def test_without_a_graph_the_output_is_the_same_number():
    model = nn.MLP(2, [8, 8, 3], activation="gelu", seed=2)
    with no_grad():
        bare = [out.data for out in model([0.2, -0.4])]
    assert bare == [out.data for out in model([0.2, -0.4])]


def test_the_layers_of_the_lecture_example():
    """A 2-1-1 network with sigmoids at both layers computes a2 = s(w2 s(w11 x1 + w12 x2 + b1) + b2)."""
    model = nn.MLP(2, [1, 1], activation="sigmoid", output="sigmoid", seed=4)
    (h,), (o,) = model.layers[0].neurons, model.layers[1].neurons
    hidden = 1 / (1 + math.exp(-(h.b.data + h.w[0].data * 0.5 + h.w[1].data * 1.5)))
    expected = 1 / (1 + math.exp(-(o.b.data + o.w[0].data * hidden)))
    assert model([0.5, 1.5]).data == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("inputs", [[2.0, -1.0], (2, -1), numpy.array([2.0, -1.0]), [Value(2.0), -1.0]])
def test_a_neuron_takes_what_its_arithmetic_takes(inputs):
    """Compiled, too, weights may be in a tuple, the bias a number, and the activation may return a number."""
    neuron = nn.Neuron(2, nonlin=False)
    neuron.w, neuron.b = (Value(3.0), Value(4.0)), 0.5
    assert neuron(inputs).data == 2.5
    neuron.b = numpy.float32(0.5)
    assert neuron(inputs).data == 2.5
    with no_grad():
        assert neuron(inputs).data == 2.5
    neuron.w = [0.25, Value(4.0)]
    assert neuron(inputs).data == -3.0
    neuron.activation = lambda x: -1.0
    assert neuron(inputs) == -1.0
    neuron.activation = autograd.maximum
    with pytest.raises(TypeError, match=r"maximum takes 2 argument\(s\), got 1"):
        neuron(inputs)


def test_sizes_may_be_integers_of_numpy():
    sizes = numpy.array([2, 3, 1])
    for network in (nn.MLP(sizes[0], sizes[1:]), nn.Layer(sizes[0], 1), nn.Sequential(nn.Layer(sizes[0], 1))):
        assert isinstance(network([1.0, 2.0]), Value)
