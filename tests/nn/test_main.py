"""`python -m nn` trains, prints and leaves the two pictures; wrong arguments get one clear line."""

import re
import xml.etree.ElementTree as ET

import pytest

import nn.__main__
from nn.__main__ import main


def test_it_trains_and_writes_the_boundary_and_a_neuron(tmp_path, capsys):
    pytest.importorskip("sklearn")
    assert main(["--samples", "30", "--epochs", "8", "--out", str(tmp_path / "new")]) == 0
    printed = capsys.readouterr()
    before, after = re.findall(r"training:  ?loss ([\d.]+), accuracy (\d+)%", printed.out)
    assert float(after[0]) < float(before[0]) and int(after[1]) > int(before[1])
    assert "8/8" in printed.err
    assert (tmp_path / "new/moons.png").read_bytes().startswith(b"\x89PNG")
    texts = "".join(ET.parse(tmp_path / "new/neuron.svg").getroot().itertext())
    assert "w1" in texts and "ReLU" in texts
    gradients = [float(number) for number in re.findall(r"grad (\S+)", texts)]
    assert len(gradients) == 10 and all(gradients), "a neuron that passes no gradient teaches nothing"
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["moons.png", "neuron.svg"]


def test_without_a_plotting_library_it_says_what_is_missing_and_still_draws_the_neuron(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(nn.__main__, "find_spec", lambda name: None)
    assert main(["--samples", "10", "--epochs", "2", "--out", str(tmp_path)]) == 0
    assert "pip install 'scalar-autograd[plot,sklearn]'" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["neuron.svg"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "expected a positive integer, got '0'"),
        (["--samples", "many"], "expected a positive integer, got 'many'"),
        (["--noise", "-1"], "noise"),
    ],
)
def test_a_wrong_argument_ends_with_one_line_and_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_a_folder_that_cannot_be_written_ends_before_training(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["--out", str(tmp_path / "file")]) == 2
    assert "cannot write to" in capsys.readouterr().err
