"""A compiled function in another process: what comes along, and what is said of what does not."""

import copy
import math
import os
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pytest

import autograd
from autograd import Value, hessian, jit, operation, require, tanh, value_and_grad, vjp
from autograd.compiled.carried import LeftBehind, NotHere

W = Value(2.0)


def through(compiled):
    return pickle.loads(pickle.dumps(compiled))


def scaled(x):
    """A function that uses a global parameter."""
    return W * x


def plain(x):
    return x[0] * x[1]


class Model:
    """What pickles with its parameters."""

    def __init__(self):
        self.w = Value(3.0)

    def loss(self, x):
        return (self.w * x).tanh()

    def held(self, x):
        require(x, lambda number: positive(number))
        return self.w * x


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    name: str = "p"


def output_of(*arguments):
    """What another Python prints, which imports the packages from where this one does."""
    home = str(Path(autograd.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.replace(b"\r\n", b"\n") if arguments[0] != "-c" else done.stdout


class TestProgramsGo:
    def test_a_lambda_over_parameters(self):
        w = Value(3.0)
        f = jit(value_and_grad(lambda x: (w * x).tanh()))
        expected = f(0.25)
        assert through(f)(0.25) == expected

    def test_parameters_go_with_the_numbers_that_they_have_now(self):
        w = Value(3.0)
        f = jit(lambda x: w * x)
        f(1.0)
        w.data = 5.0
        g = through(f)
        w.data = 7.0
        assert g(2.0) == 10.0

    def test_parameters_that_are_pickled_beside_it_stay_its_parameters(self):
        w = Value(3.0)
        f = jit(lambda x: w * x)
        f(1.0)
        g, v = pickle.loads(pickle.dumps((f, w)))
        v.data = 10.0
        assert g(2.0) == 20.0

    def test_every_structure_and_setting_goes(self):
        f = jit(lambda x, how="square": x[0] ** 2 if how == "square" else x[0] * len(x))
        calls = [([3.0],), ([3.0, 4.0],), ([3.0], "n"), ([3.0, 4.0, 5.0], "n")]
        expected = [f(*call) for call in calls]
        g = through(f)
        assert [g(*call) for call in calls] == expected
        assert isinstance(g.function, LeftBehind)

    def test_dataclasses_dicts_arrays_and_constants(self):
        import numpy as np

        f = jit(lambda p, d: {"at": Point(p.x * d["a"][0], p.y), "count": 3, "all": d["a"] * 2.0})
        call = Point(1.0, 2.0), {"a": np.array([3.0, 4.0])}
        first, second = f(*call), through(f)(*call)
        assert second["at"] == first["at"] == Point(3.0, 2.0)
        assert second["count"] == 3 and type(second["count"]) is type(first["count"])
        assert second["all"].tolist() == [6.0, 8.0]

    def test_whole_numbers_that_became_inputs_are_inputs(self):
        f = jit(lambda x, n: x * n)
        assert [f(2.0, 3), f(2.0, 4)] == [6.0, 8.0]
        assert through(f)(2.0, 5) == 10.0

    def test_a_structure_that_is_unknown_does_not_spoil_the_known_ones(self):
        f = jit(lambda x, n: x[0] * n)
        assert [f([2.0], 3), f([2.0], 4)] == [6.0, 8.0]
        g = through(f)
        with pytest.raises(NotHere):
            g([2.0, 3.0], 4)
        assert g([2.0], 6) == 12.0

    def test_batches_and_buffers(self):
        import numpy as np

        w = Value(3.0)
        f = jit(lambda x: (w * x).exp())
        xs = np.linspace(-1.0, 1.0, 11)
        expected = f.batch(xs)
        g = through(f)
        assert (g.batch(xs) == expected).all()
        f(0.5)
        step = through(f).bind(0.5)
        step()
        assert step.outputs == f(0.5)

    def test_the_elementary_functions_stay_those_that_were_chosen(self):
        f = jit(lambda x: x.exp(), math="libm")
        f(1.0)
        assert through(f)(0.3) == math.exp(0.3)

    def test_a_pull(self):
        w = Value(3.0)
        f = jit(vjp(lambda x: [w * x[0], x[1]]))
        value, pull = f([2.0, 3.0])
        pull([1.0, 0.0])
        value, pull = through(f)([2.0, 3.0])
        assert (value, pull([1.0, 1.0])) == ([6.0, 3.0], [3.0, 1.0])

    def test_what_is_told_of_it_goes_too(self):
        f = jit(lambda x: x * x)
        f(3.0)
        g = through(f)
        assert (str(g.program), g.__name__, repr(g)) == (
            str(f.program),
            "<lambda>",
            "<jit of <<lambda>, left behind>>",
        )
        assert g.report.splitlines()[:2] == f.report.splitlines()[:2]

    def test_it_goes_on_from_there(self):
        f = jit(lambda x: x * x)
        f(3.0)
        assert through(through(f))(4.0) == 16.0


class TestFunctions:
    def test_a_function_that_can_go_serves_structures_that_are_new(self):
        f = jit(plain)
        f([1.0, 2.0])
        g = through(f)
        assert g.function is plain
        assert g((3.0, 4.0)) == 12.0

    def test_a_method_takes_its_model_along(self):
        f = jit(Model().loss)
        f(1.0)
        g = through(f)
        g.function.__self__.w.data = 0.0
        assert (g(1.0), g(Value(2.0)).data) == (0.0, 0.0)

    def test_one_that_would_find_other_parameters_there_is_left_behind(self):
        f = jit(value_and_grad(scaled, wrt=[W]))
        assert f(3.0) == (6.0, [3.0])
        g = through(f)
        assert g(3.0) == (6.0, [3.0])
        with pytest.raises(NotHere, match="the function scaled is not here"):
            g(Value(3.0))

    def test_without_a_program_it_goes_or_says_that_it_does_not(self):
        assert through(jit(math.floor)).function is math.floor
        with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
            pickle.dumps(jit(lambda x: x))

    def test_a_model_that_holds_its_own_compiled_method(self):
        model = Model()
        model.step = jit(value_and_grad(model.loss, wrt=model.w))
        expected = model.step(0.5)
        there = pickle.loads(pickle.dumps(model))
        assert there.step(0.5) == expected
        there.w.data = 0.0
        assert there.step(0.5) == (0.0, 0.5)

    def test_the_error_says_what_to_do(self):
        f = jit(lambda x: x[0])
        f([1.0])
        g = through(f)
        for call in (lambda: g([1.0, 2.0]), lambda: g([Value(1.0)]), lambda: jit(g)(((1.0,),))):
            with pytest.raises(
                NotHere, match="call it once with arguments of this structure before it is pick"
            ):
                call()

    def test_a_matrix_needs_the_function(self):
        pytest.importorskip("scipy")
        f = jit(hessian(lambda x: x[0] ** 2 * x[1]))
        f([1.0, 2.0])
        with pytest.raises(NotHere):
            through(f).sparse([1.0, 2.0])

    def test_a_program_that_cannot_go_is_left_behind_alone(self):
        @operation(lambda x, out: 2.0 * x)
        def square(x):
            return x * x

        f = jit(lambda x: square(x[0]) if len(x) == 1 else x[0])
        assert (f([3.0]), f([3.0, 4.0])) == (9.0, 3.0)
        g = through(f)
        assert g([3.0, 4.0]) == 3.0
        with pytest.raises(NotHere):
            g([3.0])


def positive(number):
    if not number > 0.0:
        raise ValueError(f"expected a positive number, got {number:g}")


def local_rule(x):
    """Uses a global parameter, and holds a number to a rule that cannot be pickled."""
    require(x, lambda number: positive(number))
    return W * x


class TestRules:
    def test_a_rule_of_a_module_goes(self):
        w = Value(3.0)
        f = jit(lambda x: (require(x, positive), w * x)[1])
        f(1.0)
        g = through(f)
        assert g(2.0) == 6.0
        with pytest.raises(ValueError, match="expected a positive number, got -1"):
            g(-1.0)

    def test_a_program_with_another_rule_stays_behind_and_its_call_says_why(self):
        def f(x):
            if len(x) == 1:
                require(x[0], lambda number: positive(number))
            return x[0] * 2.0

        compiled = jit(f)
        assert (compiled([3.0]), compiled([3.0, 4.0])) == (6.0, 6.0)
        there = through(through(compiled))
        assert there([4.0, 4.0]) == 8.0
        with pytest.raises(NotHere, match=r"did not come along: .*lambda"):
            there([4.0])

    @pytest.mark.parametrize("of", [lambda f: f, lambda f: value_and_grad(f, wrt=[W])])
    def test_a_function_does_not_go_alone_to_where_its_parameters_are_others(self, of):
        """Broken if it goes by name, and computes there with the numbers that its module begins with."""
        f = jit(of(local_rule))
        assert f(2.0) in (4.0, (4.0, [2.0]))
        with pytest.raises(pickle.PicklingError, match=r"would find other Values where it arrives.*lambda"):
            pickle.dumps(f)

    def test_one_that_takes_its_parameters_along_goes_without_its_programs(self):
        model = Model()
        f = jit(model.held)
        f(1.0)
        g, there = pickle.loads(pickle.dumps((f, model)))
        there.w.data = 0.5
        assert g(2.0) == 1.0
        with pytest.raises(ValueError, match="expected a positive number"):
            g(-2.0)


class TestCopies:
    def test_a_deep_copy_of_a_model_computes_with_the_copied_parameters(self):
        model = Model()
        model.step = jit(model.loss)
        model.step(0.5)
        twin = copy.deepcopy(model)
        twin.w.data = 0.0
        assert twin.step(0.5) == 0.0 != model.step(0.5)

    @pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
    def test_a_copy_uses_the_parameters_that_its_function_uses(self, way):
        w = Value(3.0)
        f = jit(lambda x: w * x)
        f(1.0)
        g = way(f)
        w.data = 5.0
        assert g(2.0) == 10.0


class TestProcesses:
    def test_a_pool_of_processes(self):
        w = Value(3.0)
        f = jit(value_and_grad(lambda x: tanh(w * x[0] * x[1])))
        points = [[0.1 * i, 0.5] for i in range(6)]
        expected = [f(point) for point in points]
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            assert list(pool.map(f, points)) == expected

    def test_a_script(self, tmp_path):
        """A decorated function of a script is found by its name where the script is read again."""
        script = tmp_path / "script.py"
        script.write_text(
            "from concurrent.futures import ProcessPoolExecutor\n"
            "from multiprocessing import get_context\n"
            "from autograd import jit\n"
            "@jit\n"
            "def f(x):\n"
            "    return x[0] * len(x)\n"
            "if __name__ == '__main__':\n"
            "    assert f([2.0]) == 2.0\n"
            "    with ProcessPoolExecutor(1, mp_context=get_context('spawn')) as pool:\n"
            "        print(list(pool.map(f, [[2.0], [2.0, 3.0]])))\n"
        )
        assert output_of(script) == b"[2.0, 4.0]\n"

    def test_where_the_script_is_another_one(self):
        """Pickled by a script, loaded by another program: its programs run, its function is not here."""
        source = (
            "import sys, pickle\nfrom autograd import jit\n"
            "@jit\ndef f(x):\n    return x[0] * 2.0\n"
            "f([1.0])\nsys.stdout.buffer.write(pickle.dumps(f))\n"
        )
        f = pickle.loads(output_of("-c", source))
        assert f([4.0]) == 8.0
        with pytest.raises(NotHere, match="the function f is not here"):
            f([4.0, 5.0])
