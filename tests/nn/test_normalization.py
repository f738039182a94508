"""BatchNorm and LayerNorm compute what torch computes, in training and in use, and so do their gradients."""

import pickle
import random
from copy import deepcopy

import pytest

import nn
from autograd import Value, check_grads, dot, no_grad, trace
from autograd import sum as total

X = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-2.0, 3.0, 1.0], [0.75, -0.125, 4.0]]
C = [[1.0, -2.0, 0.5], [0.25, 1.5, -1.0], [-0.75, 2.0, 3.0], [2.5, -0.5, 1.25]]
WEIGHT, BIAS = [1.5, -0.5, 2.0], [0.25, 1.0, -0.75]

# torch 2.13.0 in float64. Each norm has the WEIGHT and the BIAS above:
#   norm = torch.nn.BatchNorm1d(3); Y = norm(X); (C * Y).sum().backward()
BATCH_OUTPUTS = [
    [0.606334724020499, 1.5118616227679194, -0.29116939088845273],
    [1.746605840886096, 1.09401540010023, -3.3500401182987676],
    [-2.2443430681434933, 0.17475371023131364, -1.5147176818525787],
    [0.8914025032368983, 1.2193692669005367, 2.1559271910397992],
]
BATCH_INPUT_GRADIENTS = [
    [0.0952381880085341, 0.2999174854392289, -0.6815373165144556],
    [-1.367419841505832, -0.5009044152853118, -1.5419601581763083],
    [-0.3815995368433396, 0.14408164568658874, 2.767293248809594],
    [1.6537811903406376, 0.05690528415949424, -0.54379577411883],
]
BATCH_WEIGHT_GRADIENT, BATCH_BIAS_GRADIENT = (
    [2.803166495627926, 5.285754716746269, 2.0838556830482773],
    [3, 1, 3.75],
)
RUNNING_MEAN = [0.018750000000000003, 0.053125000000000006, 0.1625]
RUNNING_VAR = [1.1307291666666668, 1.1983072916666666, 1.25625]
#   then norm(2 * X[:2])
SECOND_RUNNING_MEAN = [0.216875, -0.027187500000000003, 0.29625]
SECOND_RUNNING_VAR = [1.21765625, 1.3909765625, 2.380625]
#   then norm.eval(); (C[:1] * norm(X[:1])).sum().backward()
EVALUATED = [0.6348622760967937, 1.4124180641936093, 1.458459591719828]
EVALUATED_INPUT_GRADIENT = [1.3593369575162693, 0.8478880857176677, 0.6481172682963545]
#   norm = torch.nn.LayerNorm(3); (C[2] * norm(X[2])).sum().backward()
LAYER_OUTPUTS = [-1.6966547483214716, 0.4322256984062375, -0.42555754194642137]
LAYER_INPUT_GRADIENT = [-0.9028898560113378, -1.3543332471879506, 2.257223103199289]
LAYER_WEIGHT_GRADIENT = [0.9733273741607358, 2.27109720637505, 0.48666368708036795]


def near(expected):
    return pytest.approx(expected, rel=1e-13, abs=1e-14)


def numbers(rows):
    return [[value.data for value in row] for row in rows]


def gradients(values):
    return [value.grad for value in values]


def values(rows):
    return [[Value(number) for number in row] for row in rows]


def with_torchs_parameters(norm):
    for weight, bias, w, b in zip(norm.weight, norm.bias, WEIGHT, BIAS, strict=True):
        weight.data, bias.data = w, b
    return norm


def weighted(outputs, coefficients):
    return total(dot(row, [Value(c) for c in cs]) for row, cs in zip(outputs, coefficients, strict=True))


def test_a_batch_is_normalised_as_by_torch_and_so_are_all_its_gradients():
    norm, samples = with_torchs_parameters(nn.BatchNorm(3)), values(X)
    outputs = norm.batch(samples)
    weighted(outputs, C).backward()
    for row, expected, sample, slopes in zip(
        numbers(outputs), BATCH_OUTPUTS, samples, BATCH_INPUT_GRADIENTS, strict=True
    ):
        assert row == near(expected)
        assert gradients(sample) == near(slopes)
    assert gradients(norm.weight) == near(BATCH_WEIGHT_GRADIENT)
    assert gradients(norm.bias) == near(BATCH_BIAS_GRADIENT)


def test_the_running_averages_are_torchs_with_the_unbiased_variance():
    norm = nn.BatchNorm(3)
    norm.batch(X)
    assert (norm.running_mean, norm.running_var) == (near(RUNNING_MEAN), near(RUNNING_VAR))
    norm.batch([[2 * x for x in row] for row in X[:2]])
    assert (norm.running_mean, norm.running_var) == (near(SECOND_RUNNING_MEAN), near(SECOND_RUNNING_VAR))


def test_in_evaluation_mode_a_sample_is_normalised_by_the_running_averages_which_stay():
    norm, (sample,) = with_torchs_parameters(nn.BatchNorm(3)), values(X[:1])
    norm.batch(X)
    norm.batch([[2 * x for x in row] for row in X[:2]])
    norm.eval()
    before = norm.state_dict()
    outputs = norm(sample)
    weighted([outputs], C[:1]).backward()
    assert [y.data for y in outputs] == near(EVALUATED)
    assert gradients(sample) == near(EVALUATED_INPUT_GRADIENT)
    assert norm.state_dict() == before
    assert numbers(norm.batch(X))[0] == [y.data for y in outputs]  # the others of a batch do not matter


def test_a_sample_is_normalised_over_its_features_as_by_torch():
    norm, (sample,) = with_torchs_parameters(nn.LayerNorm(3)), values(X[2:3])
    outputs = norm(sample)
    weighted([outputs], C[2:3]).backward()
    assert [y.data for y in outputs] == near(LAYER_OUTPUTS)
    assert gradients(sample) == near(LAYER_INPUT_GRADIENT)
    assert gradients(norm.weight) == near(LAYER_WEIGHT_GRADIENT)
    assert gradients(norm.bias) == C[2]


def test_the_layer_norm_of_a_sample_is_the_same_in_a_batch_and_in_evaluation_mode():
    norm = with_torchs_parameters(nn.LayerNorm(3))
    alone = [[y.data for y in norm(x)] for x in X]
    assert numbers(norm.batch(X)) == numbers(norm.eval().batch(X)) == alone


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("norm", [nn.BatchNorm(2), nn.LayerNorm(2)], ids=["batch", "layer"])
def test_gradients_and_their_gradients_agree_with_finite_differences(norm, order):
    def f(parameters):
        norm.weight, norm.bias = parameters["weight"], parameters["bias"]
        return weighted([[y**3 for y in row] for row in norm.batch(parameters["x"])], [[1.0, -2.0]] * 3)

    at = {"x": [[0.5, -1.0], [1.5, 0.25], [-2.0, 3.0]], "weight": [1.5, -0.5], "bias": [0.25, 1.0]}
    check_grads(f, at, order=order, tolerance=1e-6)


def test_a_gradient_reaches_every_sample_through_mean_and_variance():
    first, second, third = samples = values([[1.0], [2.0], [4.0]])
    nn.BatchNorm(1).batch(samples)[0].backward()
    slopes = gradients([*first, *second, *third])
    assert all(slopes)
    # Shifting all samples alike changes nothing; nor does stretching them, except for eps.
    assert sum(slopes) == pytest.approx(0, abs=1e-15)
    assert sum(s * x for s, x in zip(slopes, [1, 2, 4], strict=True)) == pytest.approx(0, abs=1e-5)


def test_a_constant_feature_becomes_its_bias():
    norm = with_torchs_parameters(nn.BatchNorm(3))
    assert numbers(norm.batch([[7.0, 8.0, 9.0]] * 3)) == [BIAS] * 3
    assert [y.data for y in with_torchs_parameters(nn.LayerNorm(3))([5.0, 5.0, 5.0])] == BIAS


def test_momentum_is_the_share_of_the_newest_batch():
    norm = nn.BatchNorm(1, momentum=1.0)
    norm.batch([[1.0], [3.0]])
    assert (norm.running_mean, norm.running_var) == ([2.0], [2.0])
    still = nn.BatchNorm(1, momentum=0.0)
    still.batch([[1.0], [3.0]])
    assert (still.running_mean, still.running_var) == ([0.0], [1.0])


def test_without_a_graph_the_outputs_and_averages_are_the_same():
    bare, built = nn.BatchNorm(3), nn.BatchNorm(3)
    with no_grad():
        outputs = numbers(bare.batch(X))
    assert outputs == numbers(built.batch(X)) and bare.state_dict() == built.state_dict()


def test_running_averages_are_in_the_state_and_not_among_the_parameters():
    norm = nn.BatchNorm(2)
    norm.batch([[1.0, 2.0], [3.0, 6.0]])
    assert [name for name, _ in norm.named_parameters()] == ["weight.0", "weight.1", "bias.0", "bias.1"]
    assert [name for name, _ in norm.named_buffers()] == ["running_mean", "running_var"]
    assert norm.state_dict() == {
        "weight.0": 1.0, "weight.1": 1.0, "bias.0": 0.0, "bias.1": 0.0,
        "running_mean.0": 0.2, "running_mean.1": 0.4, "running_var.0": near(1.1), "running_var.1": near(1.7),
    }  # fmt: skip


@pytest.mark.parametrize("copy", [deepcopy, lambda norm: pickle.loads(pickle.dumps(norm))])
def test_a_copy_has_running_averages_and_a_mode_of_its_own(copy):
    norm = nn.BatchNorm(3).eval()
    norm.running_mean[:] = [1.0, 2.0, 3.0]
    other = copy(norm)
    assert not other.training and other.state_dict() == norm.state_dict()
    other.train().batch(X)
    assert not norm.training and norm.running_mean == [1.0, 2.0, 3.0] != other.running_mean


def test_nodes_and_parameters_know_their_norm_and_feature():
    norm = nn.BatchNorm(2)
    scopes = {node.scope for out in norm.batch([[1.0, 2.0], [3.0, 4.0]]) for y in out for node in trace(y)[0]}
    assert scopes == {"", "batch norm/feature 1", "batch norm/feature 2"}
    assert [w.scope for w in norm.weight] == ["batch norm/feature 1", "batch norm/feature 2"]
    assert {node.scope for node in trace(nn.LayerNorm(2)([1.0, 2.0])[0])[0]} == {"", "layer norm"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.BatchNorm(2)([1.0, 2.0]), ValueError, r"two samples or more, got 1: one is its own mean"),
        (lambda: nn.BatchNorm(2).batch([]), ValueError, "two samples or more, got 0"),
        (
            lambda: nn.BatchNorm(2).batch([[1.0, 2.0], [3.0]]),
            ValueError,
            r"BatchNorm \(2\) takes 2 inputs, got 1",
        ),
        (lambda: nn.BatchNorm(2).batch([1.0, 2.0]), TypeError, "takes one sample, a sequence of 2 numbers"),
        (lambda: nn.LayerNorm(2)([1.0]), ValueError, r"LayerNorm \(2\) takes 2 inputs, got 1"),
        (lambda: nn.BatchNorm(0), ValueError, "features of BatchNorm is a whole number, one or more, got 0"),
        (
            lambda: nn.LayerNorm(-2),
            ValueError,
            "features of LayerNorm is a whole number, one or more, got -2",
        ),
        (lambda: nn.BatchNorm(2, eps=-1), ValueError, "eps of BatchNorm is a finite number, zero or more"),
        (lambda: nn.BatchNorm(2, momentum="0.1"), ValueError, "momentum of BatchNorm is a number from 0"),
        (lambda: nn.BatchNorm(2, momentum=1.5), ValueError, "is a number from 0 to 1, got 1.5"),
        (lambda: nn.LayerNorm(2, eps="small"), ValueError, "eps of LayerNorm is a finite number"),
    ],
)
def test_a_wrong_argument_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_reprs():
    assert repr(nn.BatchNorm(4)) == "BatchNorm(4, eps=1e-05, momentum=0.1)"
    assert repr(nn.LayerNorm(4, eps=0.001)) == "LayerNorm(4, eps=0.001)"


def test_batch_normalisation_lets_a_deep_network_of_sigmoids_train():
    """With it before each of 8 layers of sigmoids the loss falls; without it the output stays constant."""

    def losses(normalised):
        rng = random.Random(0)
        hidden = []
        for _ in range(8):
            hidden.append(nn.Layer(3, 3, nonlin=False, init="xavier", seed=rng))
            hidden += [nn.BatchNorm(3), "sigmoid"] if normalised else ["sigmoid"]
        model = nn.Sequential(*hidden, nn.Layer(3, 1, nonlin=False, init="xavier", seed=rng))
        points = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(16)]
        targets = [float(x[0] > x[1]) for x in points]
        assert sum(targets) in (7, 9)
        return nn.fit(model, points, targets, learning_rate=0.2, epochs=40, progress=False)["loss"]

    variance = 7 / 16 * 9 / 16  # of the targets: the loss of the best constant
    assert losses(False)[-1] == pytest.approx(variance, rel=1e-5)
    assert losses(True)[-1] < variance / 5
