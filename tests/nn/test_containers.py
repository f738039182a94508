"""Modules of modules: what goes through them, what skips them, what that does to gradients far below."""

import random
from copy import deepcopy

import pytest

import nn
from autograd import Value, check_grads, draw_dot, mean, scope, tanh, trace
from autograd import sum as total

POINTS = [[0.5, -1.0], [1.5, 0.25], [-2.0, 3.0]]


def ones(rng, nin, nout):
    return 1.0


def small(seed=0, norm=True):
    rng = random.Random(seed)
    hidden = nn.Layer(2, 3, nonlin=False, seed=rng)
    inner = nn.Sequential(nn.Layer(3, 3, nonlin=False, seed=rng), nn.LayerNorm(3), "sigmoid")
    normalised = [nn.BatchNorm(3)] if norm else []
    return nn.Sequential(
        hidden, *normalised, tanh, nn.Residual(inner), nn.Layer(3, 1, nonlin=False, seed=rng)
    )


def test_each_module_is_given_the_outputs_of_the_one_before():
    first, last = nn.Layer(2, 3, seed=0), nn.Layer(3, 2, seed=1)
    model = nn.Sequential(first, "tanh", last)
    by_hand = last([tanh(value) for value in first([0.5, -1.0])])
    assert [v.data for v in model([0.5, -1.0])] == [v.data for v in by_hand]


def test_layers_in_sequence_compute_what_an_mlp_of_them_computes():
    mlp = nn.MLP(2, [4, 3, 1], activation="tanh", seed=0)
    model = nn.Sequential(*deepcopy(mlp.layers))
    mean([out**2 for out in mlp.batch(POINTS)]).backward()
    mean([out**2 for out in model.batch(POINTS)]).backward()
    assert nn.predict(model, POINTS) == nn.predict(mlp, POINTS)
    assert [p.grad for p in model.parameters()] == [p.grad for p in mlp.parameters()]
    assert model.state_dict() == mlp.state_dict()


def test_a_single_output_is_a_value_and_goes_on_as_a_sample_of_one():
    model = nn.Sequential(nn.Layer(2, 1, init=ones), "sigmoid", nn.Dropout(0.5), nn.Layer(1, 1, init=ones))
    assert isinstance(model.eval()([1.0, 2.0]), Value)
    assert all(isinstance(out, Value) for out in model.train().batch(POINTS))


def test_without_modules_a_sample_passes():
    x = [Value(1.0), Value(2.0)]
    assert nn.Sequential()(x) == x
    assert nn.Sequential()(x[:1]) is x[0]


def test_a_sequence_has_a_length_entries_and_parts():
    model = small()
    assert len(model) == 5 and list(model) == model.layers and model[-1] is model.layers[4]
    start, rest = model[:2], model[2:]
    assert isinstance(start, nn.Sequential) and rest.layers == model.layers[2:]
    hidden = start.eval().batch(POINTS)
    outputs = [out.data for out in rest.eval().batch(hidden)]
    assert outputs == [out.data for out in model.batch(POINTS)]
    assert model[0].neurons[0].b.scope == "layer 1/neuron 1"


def test_a_residual_adds_its_input_to_what_the_module_makes_of_it():
    layer = nn.Layer(2, 2, activation="sigmoid", seed=0)
    expected = [x + out.data for x, out in zip([0.5, -1.0], layer([0.5, -1.0]), strict=True)]
    assert [v.data for v in nn.Residual(layer)([0.5, -1.0])] == expected


def test_where_the_module_gives_zero_a_residual_is_the_identity_with_derivative_one():
    x = [Value(0.5), Value(-1.0)]
    residual = nn.Residual(nn.Layer(2, 2, activation="tanh", init=lambda rng, nin, nout: 0.0))
    outputs = residual(x)
    assert [v.data for v in outputs] == [0.5, -1.0]
    outputs[0].backward()
    assert [v.grad for v in x] == [1.0, 0.0]


def test_batches_pass_whole_through_containers_in_containers():
    norm = nn.BatchNorm(2)
    model = nn.Sequential(nn.Residual(nn.Sequential(norm, "tanh")))
    model.batch(POINTS)
    alone = nn.BatchNorm(2)
    alone.batch(POINTS)
    assert norm.running_mean == alone.running_mean and norm.running_var == alone.running_var


@pytest.mark.parametrize("order", [1, 2])
def test_gradients_agree_with_finite_differences_through_all_pieces(order):
    model = small()

    def f(x):
        return total(out**2 for out in model.batch([x[:2], x[2:4], x[4:]]))

    check_grads(f, [0.5, -1.0, 1.5, 0.25, -2.0, 3.0], order=order, tolerance=1e-6)


def test_parameter_gradients_agree_with_finite_differences():
    model = small()

    def loss():
        return mean([nn.mse(out, 1.0) for out in model.batch(POINTS)])

    loss().backward()
    for name, parameter in model.named_parameters():
        number, step = parameter.data, 1e-4
        parameter.data = number + step
        above = loss().data
        parameter.data = number - step
        slope = (above - loss().data) / (2 * step)
        parameter.data = number
        assert parameter.grad == pytest.approx(slope, rel=1e-6, abs=1e-7), name


def test_nodes_and_parameters_of_a_part_stand_in_the_same_scope():
    model = small()
    nodes = trace(total(model.batch(POINTS)))[0]
    assert {node.scope for node in nodes if node.scope.startswith("layer 1")} == {
        "layer 1/neuron 1", "layer 1/neuron 2", "layer 1/neuron 3",
    }  # fmt: skip
    assert {node.scope for node in nodes if node.scope.startswith("layer 4")} == {
        "layer 4/residual/layer 1/neuron 1", "layer 4/residual/layer 1/neuron 2",
        "layer 4/residual/layer 1/neuron 3", "layer 4/residual/layer 2/layer norm",
        "layer 4/residual/layer 3/Sigmoid", "layer 4/residual",
    }  # fmt: skip
    scopes = {node.scope for node in nodes}
    assert {parameter.scope for parameter in model.parameters()} <= scopes
    assert model[0].neurons[1].w[0].label == "w1"


def test_a_folded_drawing_has_a_box_for_each_part():
    out = small().eval()([0.5, -1.0])
    source = draw_dot(out, max_nodes=12).source
    assert all(f"layer {i}" in source for i in range(1, 5))


def test_a_module_that_stands_twice_shares_its_parameters_and_the_first_place():
    shared = nn.Layer(2, 2, seed=0)
    model = nn.Sequential(shared, "tanh", shared)
    assert len(model.parameters()) == 6
    assert {p.scope for p in model.parameters()} == {"layer 1/neuron 1", "layer 1/neuron 2"}


def test_an_open_scope_stays_outside():
    with scope("layer 1"):
        model = nn.Sequential(nn.Layer(1, 1))
    assert model[0].neurons[0].b.scope == "layer 1/layer 1/neuron 1"


def test_the_modes_reach_every_module_inside():
    model = small()
    assert model.eval() is model
    assert [module.training for module in model.modules()] == [False] * 17
    assert all(module.training for module in model.train().modules())


def test_reprs_and_summary_show_every_part():
    model = nn.Sequential(
        nn.Layer(2, 1), nn.Residual(nn.Sequential(nn.Dropout(0.1), "relu")), nn.LayerNorm(1)
    )
    assert repr(model) == (
        "Sequential(\n"
        "  (0): Layer of [ReLUNeuron(2)]\n"
        "  (1): Residual(Sequential(\n"
        "    (0): Dropout(p=0.1)\n"
        "    (1): Elementwise(ReLU)\n"
        "  ))\n"
        "  (2): LayerNorm(1, eps=1e-05)\n"
        ")"
    )
    assert [line.split("  ")[1].strip() for line in model.summary().splitlines()[1:-1]] == [
        "Layer of 1 ReLU (2)", "Residual of Sequential of 2", "LayerNorm (1)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nn.Residual(nn.Layer(2, 3))([1.0, 2.0]),
            ValueError,
            r"Residual of Layer of 3 ReLU \(2\) adds 2 inputs to 3 outputs",
        ),
        (lambda: nn.Sequential("swoosh"), ValueError, "unknown activation 'swoosh'; there are linear"),
        (
            lambda: nn.Sequential(nn.BatchNorm),
            TypeError,
            "expected a module, such as Layer.*got the class BatchNorm",
        ),
        (lambda: nn.Residual(3), TypeError, "expected a module, such as Layer.*got int: 3"),
        (lambda: nn.Sequential(nn.Layer(2, 2))(1.0), TypeError, "Sequential of 1 takes one sample"),
        (lambda: small()([1.0, 2.0]), ValueError, "needs a batch of two samples or more, got 1"),
        (
            lambda: small().batch([[1.0, 2.0], [3.0]]),
            ValueError,
            r"Layer of 3 Linear \(2\) takes 2 inputs, got 1",
        ),
    ],
)
def test_a_wrong_argument_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_thousand_layers_are_built_run_saved_and_copied():
    layers = [nn.Residual(nn.Layer(1, 1, activation="tanh", init=ones)) for _ in range(1200)]
    model = nn.Sequential(*layers, nn.BatchNorm(1))
    other = deepcopy(model)
    sum(other.batch([[0.1], [-0.2]])).backward()
    other.load_state_dict(model.state_dict())
    assert len(other.parameters()) == 2402 and len(other.summary().splitlines()) == 1203
    assert not any(module.training for module in other.eval().modules())


DEPTH = 15
BLOCKS = {
    "sigmoid": lambda rng: [nn.Layer(4, 4, activation="sigmoid", init="xavier", seed=rng)],
    "ReLU": lambda rng: [nn.Layer(4, 4, activation="relu", init="he", seed=rng)],
    "residual": lambda rng: [nn.Residual(nn.Layer(4, 4, activation="sigmoid", init="xavier", seed=rng))],
    "batch norm": lambda rng: [
        nn.Layer(4, 4, nonlin=False, init="xavier", seed=rng), nn.BatchNorm(4), "sigmoid",
    ],
}  # fmt: skip


def gradient_of_the_first_layer(block, seed):
    """The mean size of the gradients of the first layer's weights, `DEPTH` layers below the loss."""
    rng = random.Random(seed)
    samples = [[rng.gauss(0, 1) for _ in range(4)] for _ in range(8)]
    layers = [layer for _ in range(DEPTH) for layer in BLOCKS[block](rng)]
    model = nn.Sequential(*layers, nn.Layer(4, 1, nonlin=False, init="xavier", seed=rng))
    losses = [nn.mse(out, float(x[0] > x[1])) for out, x in zip(model.batch(samples), samples, strict=True)]
    mean(losses).backward()
    slopes = [
        abs(p.grad) for name, p in model.named_parameters() if name.startswith("layers.0.") and ".w." in name
    ]
    assert len(slopes) == 16
    return sum(slopes) / 16


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_gradient_vanishes_below_15_sigmoids_and_each_remedy_of_the_lecture_brings_it_back(seed):
    sizes = {block: gradient_of_the_first_layer(block, seed) for block in BLOCKS}
    assert sizes["sigmoid"] < 0.25**DEPTH
    for remedy in ("ReLU", "residual", "batch norm"):
        assert sizes[remedy] > 1e6 * sizes["sigmoid"], (remedy, sizes)
