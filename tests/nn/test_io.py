"""What is saved is what is loaded, to the last bit."""

import sys

import numpy
import pytest
from safetensors.numpy import load_file, save_file

import nn


def test_a_model_comes_back_bit_for_bit(tmp_path):
    model, other = nn.MLP(2, [3, 2], seed=0), nn.MLP(2, [3, 2], seed=1)
    nn.save(model, tmp_path / "model.safetensors")
    nn.load(other, tmp_path / "model.safetensors")
    assert other.state_dict() == model.state_dict()


def test_the_weights_of_a_neuron_are_one_vector(tmp_path):
    nn.save(nn.MLP(2, [3, 2], seed=0), tmp_path / "model.safetensors")
    shapes = {name: array.shape for name, array in load_file(tmp_path / "model.safetensors").items()}
    assert shapes["layers.0.neurons.2.w"] == (2,) and shapes["layers.1.neurons.0.b"] == (1,)


def test_running_averages_are_saved_and_loaded(tmp_path):
    def build(seed):
        return nn.Sequential(nn.Layer(2, 3, seed=seed), nn.BatchNorm(3), nn.Layer(3, 1, seed=seed))

    model, other = build(0), build(1)
    model.batch([[0.5, 1.0], [-1.0, 2.0], [3.0, 0.25]])
    nn.save(model, tmp_path / "model.safetensors")
    shapes = {name: array.shape for name, array in load_file(tmp_path / "model.safetensors").items()}
    assert shapes["layers.1.running_mean"] == shapes["layers.1.running_var"] == (3,)
    nn.load(other, tmp_path / "model.safetensors")
    assert other.state_dict() == model.state_dict()
    assert nn.predict(other, [[1.0, 1.0]]) == nn.predict(model, [[1.0, 1.0]])


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, [3, 2, 1]), "missing layers.2.neurons.0.w.0"),
        ((2, [3]), "unknown layers.1.neurons.0.b"),
        ((3, [3, 2]), "has 2 numbers in layers.0.neurons.0.w, this MLP 3"),
    ],
)
def test_a_file_of_another_model_changes_nothing(tmp_path, shape, message):
    nn.save(nn.MLP(2, [3, 2], seed=0), tmp_path / "model.safetensors")
    other = nn.MLP(*shape, seed=1)
    before = other.state_dict()
    with pytest.raises(ValueError, match=message):
        nn.load(other, tmp_path / "model.safetensors")
    assert other.state_dict() == before


@pytest.mark.parametrize(
    ("shape", "message"), [((2, 1), "has 2 x 1 numbers in w"), ((), "has one numbers in w")]
)
def test_a_file_of_arrays_that_are_no_vectors_changes_nothing(tmp_path, shape, message):
    save_file({"w": numpy.zeros(shape), "b": numpy.zeros(1)}, tmp_path / "model.safetensors")
    model = nn.Neuron(2, seed=0)
    before = model.state_dict()
    with pytest.raises(ValueError, match=message):
        nn.load(model, tmp_path / "model.safetensors")
    assert model.state_dict() == before


@pytest.mark.parametrize("function", [nn.save, nn.load])
def test_without_safetensors_it_says_what_to_install(function, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install 'scalar-autograd\[train\]'"):
        function(nn.MLP(1, [1]), tmp_path / "model.safetensors")
