"""Where nothing is recorded, networks give the same numbers, with less work."""

import random

import pytest

import nn
from autograd import Value, detect_anomaly, no_grad, operation, trace

X = [[0.5, -2.0, 0.25], [1e-3, 3.0, -0.7], [-1.0, -0.0, 0.0]]


@operation(lambda x, out: 2 * x)
def squared(x):
    return x * x


@operation(lambda x, y, out: y, lambda x, y, out: x)
def product(x, y):
    return x * y


def network(activation):
    return nn.MLP(3, [4, 5, 2], activation=activation, init="xavier", seed=3)


def seen(out):
    return [(y.data, y.scope, y.label, y.is_result) for y in out]


@pytest.mark.parametrize("activation", [*nn.ACTIVATIONS, squared, lambda z: z * z + 1])
@pytest.mark.parametrize("x", X)
def test_a_network_gives_the_numbers_that_it_gives_when_recorded(activation, x):
    model = network(activation)
    recorded = model(x)
    with no_grad():
        unrecorded = model(x)
    assert seen(unrecorded) == seen(recorded)
    assert not any(y._prev for y in unrecorded)
    assert nn.predict(model, [x]) == [[y.data for y in recorded]]


def test_a_recorded_network_is_the_graph_of_its_neurons():
    model, x = network("tanh"), [Value(number) for number in X[0]]
    out = x
    for layer in model.layers:
        out = [neuron(out) for neuron in layer.neurons]
    made = model(x)
    for ours, expected in zip(made, out, strict=True):
        assert [(n.data, n._op) for n in trace(ours)[0]] == [(n.data, n._op) for n in trace(expected)[0]]
    assert made[1].scope == made[1]._prev[0].scope == "layer 3/neuron 2"


def test_a_neuron_of_another_class_is_called():
    class Doubled(nn.Neuron):
        def __call__(self, x):
            return 2.0 * super().__call__(x)

    layer = nn.Layer(3, 3, seed=1)
    before = nn.predict(layer, X)
    layer.neurons[1] = other = Doubled(3, seed=2)
    layer.neurons[2] = lambda x: x[0]
    single = nn.Neuron(3, seed=2)
    for x, out, was in zip(X, nn.predict(layer, X), before, strict=True):
        assert out == [was[0], 2.0 * single(x).data, x[0]]
    assert seen([layer(X[0])[1]]) == [(other(X[0]).data, "neuron 2", "", True)]


def test_a_call_that_is_put_in_place_of_the_neurons_is_used(monkeypatch):
    layer = nn.Layer(3, 2, seed=1)
    monkeypatch.setattr(nn.Neuron, "__call__", lambda self, x: x[0])
    assert nn.predict(layer, X) == [[x[0]] * 2 for x in X]


def test_what_is_set_on_a_neuron_is_used():
    layer = nn.Layer(2, 2, seed=1)
    layer.neurons[0].w = (Value(1.0), 2.0)
    layer.neurons[0].b = 0.5
    layer.neurons[0].activation = squared
    layer.neurons[1].activation = lambda z: 7.0
    assert nn.predict(layer, [[3.0, -1.0]]) == [[(0.5 + 3.0 - 2.0) ** 2, 7.0]]


def test_wrong_inputs_and_activations_are_refused_as_when_recorded():
    layer = nn.Layer(2, 2, seed=1)
    layer.neurons[1] = nn.Neuron(3, seed=1)
    with no_grad(), pytest.raises(ValueError, match=r"ReLU \(3\) takes 3 inputs, got 2"):
        layer([1.0, 2.0])
    layer.neurons[1] = nn.Neuron(2, activation=product, seed=1)
    for mode in (no_grad(), detect_anomaly()):
        with mode, pytest.raises(TypeError, match=r"product takes 2 argument\(s\), got 1"):
            layer([1.0, 2.0])


def test_nodes_between_are_watched():
    neuron = nn.Neuron(1, activation="sigmoid", init=lambda rng, nin, nout: 1e200, seed=1)
    assert nn.predict(neuron, [[1e200]]) == [1.0]
    with no_grad(), detect_anomaly(), pytest.raises(FloatingPointError, match="1e\\+200"):
        neuron([1e200])


@pytest.mark.parametrize("length", [1, 2, 9, 16])
def test_sums_are_rounded_in_order(length):
    rng = random.Random(length)
    neuron = nn.Neuron(length, nonlin=False, init="xavier", seed=length)
    x = [rng.gauss(0, 1) for _ in range(length)]
    total = neuron.b.data
    for weight, number in zip(neuron.w, x, strict=True):
        total += weight.data * number
    assert nn.predict(neuron, [x]) == [total]
