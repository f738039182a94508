"""What a function keeps from call to call: parameters that it makes are read anew, all else is an error."""

import pytest

from autograd import Value, jit


class Lazy:
    """A layer that makes its weight when it is first called."""

    w = None

    def __call__(self, x):
        if self.w is None:
            self.w = Value(0.5)
        return self.w * x


class TestParametersMadeAtTheFirstCall:
    def test_are_read_at_every_call(self):
        layer = Lazy()
        f = jit(lambda x: layer(x))
        assert f(1.0) == 0.5
        layer.w.data = 5.0
        assert f(1.0) == 5.0
        assert layer.w.scope == ""

    def test_in_whatever_holds_them(self):
        made = {}
        f = jit(lambda x: made.setdefault("w", Value(2.0)) * x)
        assert f(1.0) == 2.0
        made["w"].data = 7.0
        assert f(1.0) == 7.0

    def test_one_that_is_made_anew_each_time_is_a_constant(self):
        class Model:
            def __call__(self, x):
                self.scale = Value(3.0)
                return self.scale * x

        model = Model()
        f = jit(lambda x: model(x))
        assert f(2.0) == 6.0
        assert f.program.inputs == ("x1",)


class TestNumbersKeptForTheNextCall:
    def test_are_an_error(self):
        class State:
            h = Value(0.0)

            def __call__(self, x):
                self.h = self.h * 0.5 + x
                return self.h

        state = State()
        with pytest.raises(TypeError, match="keeps a number of one call for the next"):
            jit(lambda x: state(x))(1.0)

    def test_an_input_too(self):
        last = [Value(0.0)]

        def difference(x):
            before, last[0] = last[0], x
            return x - before

        with pytest.raises(TypeError, match="keeps a number of one call for the next"):
            jit(difference)(1.0)

    def test_those_that_are_only_looked_at_are_none(self):
        # Broken if a layer that notes its output cannot be compiled.
        class Layer:
            def __call__(self, x):
                self.out = 2.0 * x
                return self.out + 1.0

        layer = Layer()
        f = jit(lambda x: layer(x))
        assert [f(1.0), f(2.0)] == [3.0, 5.0]


def test_a_function_that_keeps_nothing_is_called_once():
    calls = []

    def f(x, y):
        calls.append(None)
        third = Value(3.0)
        return [x[0] * third, {"a": x[1] + y}, (y, y * y, 4.0)]

    jit(f)([1.0, 2.0], 3.0)
    assert len(calls) == 1


def test_constants_among_the_results_are_no_inputs():
    f = jit(lambda x: (x * 2.0, 5.0))
    assert f(1.0) == (2.0, 5.0)
    assert f.program.inputs == ("x1",)
