"""A setting out of its range is refused by the name under which it was given, and by whom."""

import ast
import json
import math
import re
from pathlib import Path

import pytest

import nn
from autograd import Value
from nn.plots import descend
from nn.settings import RULES

FOLDER = Path(nn.__file__).parent


def fit(**settings):
    return nn.fit(nn.MLP(1, [1], seed=0), [[1.0]], [1.0], epochs=1, progress=False, **settings)


def bowl(x):
    return x * x


FACTOR = "is a finite number, zero or more, got"
LIMIT = "is a number, zero or more, got"
COUNT = "is a whole number, one or more, got"
WAIT = "is a whole number, zero or more, got"
SIZES = "is a list with the size of every layer, each one or more, such as"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.EarlyStopping(min_delta=-1), f"min_delta of EarlyStopping {FACTOR} -1"),
        (lambda: nn.ClipGradients(max_norm=-1.0), f"max_norm of ClipGradients {LIMIT} -1.0"),
        (lambda: nn.ClipGradients(max_value="1"), f"max_value of ClipGradients {LIMIT} '1'"),
        (lambda: nn.ClipGradients(), "ClipGradients takes either max_norm or max_value, got neither"),
        (lambda: nn.ClipGradients(1.0, 2.0), "got max_norm=1.0 and max_value=2.0"),
        (lambda: fit(l2=-1e-4), f"l2 of fit {FACTOR} -0.0001"),
        (lambda: fit(learning_rate=math.nan), f"learning_rate of fit {FACTOR} nan"),
        (lambda: descend(bowl, (1.0,), -0.1), f"learning_rate of descend {FACTOR} -0.1"),
        (lambda: descend(bowl, (1.0,), None), f"learning_rate of descend {FACTOR} None"),
        (lambda: descend(bowl, (1.0,), "adam", learning_rate="1"), f"learning_rate of descend {FACTOR} '1'"),
        (lambda: descend(bowl, (1.0,), steps=-1), f"steps of descend {WAIT} -1"),
        (lambda: descend(bowl, (1.0,), steps=2.5), f"steps of descend {WAIT} 2.5"),
        (lambda: nn.MLP(0, [3, 1]), f"nin of MLP {COUNT} 0"),
        (lambda: nn.MLP(2, [3, 0]), f"nouts of MLP {SIZES} [16, 1], got [3, 0]"),
        (lambda: nn.MLP(2, [3, 1.5]), f"nouts of MLP {SIZES} [16, 1], got [3, 1.5]"),
        (lambda: nn.Neuron(2, nout=0), f"nout of Neuron {COUNT} 0"),
    ],
)
def test_the_error_has_the_name_that_was_given(call, message):
    # Broken: the error names a setting that is nowhere in the program, or comes in the middle of training.
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@pytest.mark.parametrize(
    ("make", "key"),
    [(lambda o: nn.StepLR(o, 2), "base_lrs"), (lambda o: nn.ReduceLROnPlateau(o), "last_lr")],
)
def test_rates_of_a_damaged_file_are_named_as_in_the_file(make, key):
    # Broken: whoever looks for the wrong number finds no "lr" in the file, or it moves every weight to nan.
    schedule = make(nn.SGD([Value(1.0)], lr=0.5))
    state = json.loads(json.dumps(schedule.state_dict()))
    state[key] = [math.nan]
    with pytest.raises(
        ValueError, match=rf"{key} of \w+ is a list of finite numbers, zero or more, got \[nan\]"
    ):
        schedule.load_state_dict(state)
    assert schedule.get_last_lr() == [0.5]


def test_infinity_is_a_limit_that_clips_nothing():
    # Broken: the limit with which gradients are only measured is refused, as it would be for a rate.
    assert nn.ClipGradients(max_norm=math.inf).max_norm == math.inf


def test_every_rule_is_used():
    # Broken: a setting has a rule, but no function checks it.
    used = {"initial_lr"}  # put into the optimizer's groups by schedules
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if path.name != "settings.py" else ():
            if isinstance(node, ast.Dict):
                used |= {key.value for key in node.keys if isinstance(key, ast.Constant)}
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "super().__init__":
                used |= {keyword.arg for keyword in node.keywords}
    assert {name.rpartition(".")[2] for name in RULES} - used == set()
