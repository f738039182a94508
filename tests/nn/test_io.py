"""What is saved is what is loaded, to the last bit."""

import gzip
import io
import json
import os
import pathlib
import random
import sys
from contextlib import suppress

import numpy
import pytest
from safetensors.numpy import load_file, save_file

import nn
from autograd import Value


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
        ((2, [3]), "unknown layers.1.neurons"),
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


def a_model(seed=0):
    return nn.MLP(2, [3, 2], seed=seed)


def as_bytes(model):
    file = io.BytesIO()
    nn.save(model, file)
    return file.getvalue()


@pytest.mark.parametrize(
    "open_",
    [
        lambda path, mode: path.open(mode, buffering=0),
        lambda path, mode: gzip.GzipFile(path, mode),
        lambda path, mode: path.open(mode),
    ],
)
def test_files_that_are_open_for_bytes_will_do(tmp_path, open_):
    model, other = a_model(0), a_model(1)
    with open_(tmp_path / "model", "wb") as file:
        nn.save(model, file)
    with open_(tmp_path / "model", "rb") as file:
        nn.load(other, file)
    assert other.state_dict() == model.state_dict()


def test_a_raw_file_that_takes_a_part_at_a_time_gets_everything():
    class Slow(io.RawIOBase):
        taken = b""

        def write(self, data):
            self.taken += bytes(data[:7])
            return len(data[:7])

    slow = Slow()
    nn.save(a_model(), slow)
    assert slow.taken == as_bytes(a_model())


@pytest.mark.parametrize("taken", [None, 0])
def test_a_raw_file_that_takes_no_more_is_an_error(taken):
    # Broken: a pipe that is full and does not wait is asked again for ever.
    class Full(io.RawIOBase):
        name = "pipe"

        def write(self, data):
            return next(answers)

    answers = iter([7, taken])
    with pytest.raises(OSError, match="'pipe': it takes no more bytes now"):
        nn.save(a_model(), Full())


def test_a_file_that_does_not_count_what_it_takes_has_taken_everything():
    # Broken: it is held for a raw file, which takes parts.
    class Plain:
        taken = b""

        def write(self, data):
            self.taken += bytes(data)

        def flush(self):
            self.flushed = self.taken

    plain = Plain()
    nn.save(a_model(), plain)
    assert plain.flushed == as_bytes(a_model())


def test_a_file_that_has_no_bytes_yet_is_an_error_that_says_so():
    # Broken: a pipe that is empty and does not wait is called one that is open for text.
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with open(writing, "wb"), open(reading, "rb") as file, pytest.raises(OSError, match="has no bytes now"):
        nn.load(a_model(), file)


def test_paths_of_every_kind_will_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in ("model", pathlib.Path("model"), str(tmp_path / "model"), "a" * 255):
        nn.save(a_model(), path)
        nn.load(a_model(1), path)
    assert sorted(os.listdir()) == ["a" * 255, "model"]


def closed(path, mode):
    with open(path, mode) as file:
        return file


NOT_A_FILE = {
    "None": lambda folder: None,
    "a number": lambda folder: 3,
    "bytes": lambda folder: b"model",
    "an object": lambda folder: object(),
}
NO_WRITING = {
    "a folder": lambda folder: folder,
    "a folder that is not there": lambda folder: folder / "no" / "model",
    "a path below a file": lambda folder: folder / "good" / "model",
    "an empty path": lambda folder: "",
    "a path with a zero": lambda folder: "a\0b",
    "a path that is too long": lambda folder: folder / ("a" * 5000),
    "text": lambda folder: (folder / "text").open("w"),
    "text in memory": lambda folder: io.StringIO(),
    "open for reading": lambda folder: (folder / "good").open("rb"),
    "closed": lambda folder: closed(folder / "shut", "wb"),
}
FULL = pathlib.Path("/dev/full")
if FULL.exists():
    NO_WRITING |= {
        "a full disk": lambda folder: str(FULL),
        "a file on a full disk": lambda folder: FULL.open("wb"),
        "a raw file on a full disk": lambda folder: FULL.open("wb", buffering=0),
    }
NO_READING = {
    "a folder": lambda folder: folder,
    "nothing": lambda folder: folder / "missing",
    "an empty path": lambda folder: "",
    "a path with a zero": lambda folder: "a\0b",
    "text": lambda folder: (folder / "good").open(),
    "text in memory": lambda folder: io.StringIO("a"),
    "open for writing": lambda folder: (folder / "new").open("wb"),
    "closed": lambda folder: closed(folder / "good", "rb"),
    "a picture": lambda folder: io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(100)),
    "an empty file": lambda folder: closed(folder / "empty", "wb").name,
    "words": lambda folder: io.BytesIO(b"hello"),
    "not compressed": lambda folder: gzip.GzipFile(folder / "good"),
}


@pytest.fixture
def folder(tmp_path):
    nn.save(a_model(), tmp_path / "good")
    return tmp_path


def with_file(function, model, make, folder, error):
    """What an error says of a file, and the name of the file."""
    file = make(folder)
    try:
        with pytest.raises(error) as raised:
            function(model, file)
    finally:
        if hasattr(file, "close"):
            with suppress(OSError):  # what is left in its buffer does not fit on a full disk
                file.close()
    shown = getattr(file, "name", file)
    return str(raised.value), str(shown).replace("\0", "\\x00")


@pytest.mark.parametrize("function", [nn.save, nn.load])
@pytest.mark.parametrize("make", NOT_A_FILE.values(), ids=NOT_A_FILE)
def test_what_is_neither_a_path_nor_a_file_is_refused(folder, monkeypatch, function, make):
    """Broken if a file named 'None' is written."""
    monkeypatch.chdir(folder)
    before = sorted(os.listdir())
    said, _ = with_file(function, a_model(), make, folder, TypeError)
    assert "takes a path or a file that is open for bytes, got" in said and sorted(os.listdir()) == before


@pytest.mark.parametrize("make", NO_WRITING.values(), ids=NO_WRITING)
def test_what_cannot_be_written_is_an_error_that_names_it(folder, make):
    good = (folder / "good").read_bytes()
    said, name = with_file(nn.save, a_model(1), make, folder, (OSError, ValueError))
    assert name in said
    assert (folder / "good").read_bytes() == good
    assert [path.name for path in folder.iterdir() if path.name.endswith(".tmp")] == []


@pytest.mark.parametrize("make", NO_READING.values(), ids=NO_READING)
def test_what_cannot_be_read_is_an_error_that_names_it(folder, make):
    model = a_model(1)
    said, name = with_file(nn.load, model, make, folder, (OSError, ValueError))
    assert name in said
    assert model.state_dict() == a_model(1).state_dict()


def test_a_save_that_fails_leaves_the_file_as_it_was(folder, monkeypatch):
    """The disk is full when half of the file is written."""
    good = (folder / "good").read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: .*good"):
        nn.save(a_model(1), folder / "good")
    assert (folder / "good").read_bytes() == good and os.listdir(folder) == ["good"]


@pytest.mark.skipif(os.name != "posix", reason="links and rights of POSIX")
def test_a_file_keeps_its_rights_and_a_link_its_target(folder):
    (folder / "good").chmod(0o640)
    (folder / "link").symlink_to(folder / "good")
    nn.save(a_model(1), folder / "link")
    assert (folder / "link").is_symlink() and (folder / "good").stat().st_mode & 0o777 == 0o640
    assert (folder / "good").read_bytes() == as_bytes(a_model(1))


def damaged(data, rng):
    kind = rng.randrange(5)
    if kind == 0:
        return data[: rng.randrange(len(data))]
    if kind == 1:
        return data + rng.randbytes(rng.randrange(1, 50))
    place = rng.randrange(len(data) if kind == 2 else 600)  # the header has the first 600 bytes
    new = rng.choice([b"", b'"', b"F32", b"BF16", b"C64", b"[]", b"99999999", b"-1", rng.randbytes(4)])
    return data[:place] + new + data[place + rng.randrange(1 if new else 0, 1 + len(new) + 1) :]


@pytest.mark.parametrize("seed", range(500))
def test_a_damaged_file_is_refused_or_has_other_numbers(folder, seed):
    """Broken if an error of another kind, one that does not name the file, or half a model comes of it."""
    data, path, model = (folder / "good").read_bytes(), folder / "damaged", a_model(1)
    path.write_bytes(damaged(data, random.Random(seed)))
    try:
        nn.load(model, path)
    except ValueError as error:
        assert str(path) in str(error)
        assert model.state_dict() == a_model(1).state_dict()


@pytest.mark.parametrize("array", [numpy.zeros(2, numpy.complex64), numpy.zeros(2, bool)])
def test_numbers_that_are_no_floats_are_refused(tmp_path, array):
    save_file({"w": array, "b": numpy.zeros(1)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"model\.safetensors.* in w, where this Neuron has floats"):
        nn.load(nn.Neuron(2), tmp_path / "model.safetensors")


def test_single_precision_of_another_program_is_read(tmp_path):
    save_file({"w": numpy.array([0.5, 2.0], "f4"), "b": numpy.array([3], "i2")}, tmp_path / "model")
    model = nn.Neuron(2)
    nn.load(model, tmp_path / "model")
    assert list(model.state_dict().values()) == [0.5, 2.0, 3.0]


def keyed(*keys):
    model = nn.Module()
    model.table = {key: Value(float(i)) for i, key in enumerate(keys)}
    return model


def test_keys_that_are_not_counted_from_zero_keep_their_names(tmp_path):
    """Broken if a file of the keys 0 and 2 fits a model with the keys 0 and 1."""
    nn.save(keyed(0, 2), tmp_path / "model")
    assert list(load_file(tmp_path / "model")) == ["table.0", "table.2"]
    nn.load(keyed(0, 2), tmp_path / "model")
    with pytest.raises(ValueError, match=r"does not fit"):
        nn.load(keyed(0, 1), tmp_path / "model")


@pytest.mark.parametrize(
    "keys, stored",
    [
        (("a.0", "b", "a.1"), "table.a table.b"),
        (("a", "a.0"), "table.a table.a.0"),
        (("a.0", "a.1", "a.3"), "table.a.0 table.a.1 table.a.3"),
        (("a.1", "a.0"), "table.a.0 table.a.1"),
        (("0", "1", "x.0"), "table table.x"),
        (("a.0", "a.0.0", "a.0.1"), "table.a table.a.0"),
        (("a.00", "a.1"), "table.a.00 table.a.1"),
    ],
)
def test_numbers_are_one_vector_wherever_their_names_count_from_zero(tmp_path, keys, stored):
    """Broken if a file of an earlier version, which has the same names, no longer fits."""
    model, other = keyed(*keys), keyed(*keys)
    nn.save(model, tmp_path / "model")
    assert sorted(load_file(tmp_path / "model")) == stored.split()
    for entry in other.table.values():
        entry.data = -1.0
    nn.load(other, tmp_path / "model")
    assert other.state_dict() == model.state_dict()


@pytest.mark.parametrize("function", [nn.save, nn.load])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "got None$"),
        (nn.MLP, "got the class MLP$"),
        ("model", "got str: 'model'$"),
        ([Value(1.0)], r"got list: \[Value"),
        (nn.SGD([Value(1.0)]), r"got SGD: SGD.*by json: .*state_dict"),
    ],
)
def test_only_models_are_saved_and_loaded(tmp_path, function, given, said):
    with pytest.raises(TypeError, match=f"takes a model, an nn.Module, and a file; {said}"):
        function(given, tmp_path / "model")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
def test_an_optimizer_and_its_schedule_come_back_by_json(name):
    """What the error above tells people to write."""

    def build():
        model = a_model()
        optimizer = nn.OPTIMIZERS[name](model.parameters(), lr=0.01)
        return model, optimizer, nn.MultiStepLR(optimizer, [1, 3])

    def train(model, optimizer, schedule):
        for _ in range(2):
            nn.fit(model, [[1.0, 2.0]], [[0.0, 1.0]], optimizer=optimizer, epochs=1, progress=False)
            schedule.step()

    model, optimizer, schedule = build()
    train(model, optimizer, schedule)
    file, states = io.BytesIO(as_bytes(model)), json.dumps([optimizer.state_dict(), schedule.state_dict()])
    again, resumed, scheduled = build()
    nn.load(again, file)
    for part, state in zip((resumed, scheduled), json.loads(states), strict=True):
        part.load_state_dict(state)
    train(model, optimizer, schedule)
    train(again, resumed, scheduled)
    assert again.state_dict() == model.state_dict() and resumed.state_dict() == optimizer.state_dict()
