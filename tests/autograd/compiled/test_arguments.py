"""What arguments are made of: which calls share a program, and what is kept of them."""

import gc
import weakref
from dataclasses import dataclass, field
from enum import IntEnum

import numpy
import pytest

from autograd import Value, grad, jit


class TestSettings:
    @pytest.mark.parametrize(
        ("f", "settings"),
        [
            (lambda x, s: x * numpy.copysign(1.0, s.imag), [0j, complex(0.0, -0.0)]),
            (lambda x, s: x * (2.0 if next(iter(s)) is True else 3.0), [{1: 5.0}, {True: 5.0}]),
            (lambda x, s: x * s.step, [range(0, 0, 1), range(0, 0, 2)]),
            (lambda x, s: x * len(repr(s)), [frozenset([1]), frozenset([True]), frozenset([1.0])]),
            (lambda x, s: x * len(repr(s)), [(1j,), (True,), (None,), ("",)]),
            (lambda x, s: x * numpy.copysign(1.0, next(iter(s))), [{0.0: "a"}, {-0.0: "a"}]),
            (lambda x, s: x * len(type(s).__name__), [True, 1, IntEnum("One", [("A", 1)]).A]),
            (lambda x, s: x * (2.0 if s[0] == "a" else 3.0), [numpy.array(["a"]), numpy.array(["b"])]),
            (lambda x, s: x * s[0].imag, [numpy.array([1j]), numpy.array([2j])]),
        ],
    )
    def test_that_are_equal_are_told_apart(self, f, settings):
        compiled = jit(f)
        for setting in settings * 2:
            assert compiled(2.0, setting) == f(2.0, setting), setting

    def test_a_set_that_has_changed_is_another(self):
        f, numbers = jit(lambda x, s: x * len(s)), {1}
        assert f(2.0, numbers) == 2.0
        numbers.add(2)
        assert f(2.0, numbers) == 4.0

    def test_equal_ones_share_a_program(self):
        calls = []
        f = jit(lambda x, s: calls.append(s) or x * 2.0)
        for setting in ("a" * 20, "".join(["a"] * 20), frozenset([1]), frozenset([1])):
            f(2.0, setting)
        assert len(calls) == 2


class TestObjectsAreNotKeptAlive:
    def test_instances_of_a_class_with_a_method(self):
        class Curve:
            def __init__(self, scale):
                self.scale = Value(scale)

            @jit
            def at(self, x):
                return self.scale * x

        curves = [Curve(2.0), Curve(3.0)]
        assert [curve.at(2.0) for curve in curves] == [4.0, 6.0]
        gone = [weakref.ref(curve) for curve in curves]
        del curves
        gc.collect()
        assert [ref() for ref in gone] == [None, None]
        assert not Curve.at._kept
        assert Curve(5.0).at(2.0) == 10.0

    def test_functions(self):
        f = jit(lambda g, x: g(x))

        def square(x):
            return x * x

        assert f(square, 3.0) == 9.0
        gone = weakref.ref(square)
        del square
        gc.collect()
        assert gone() is None and f(lambda x: -x, 3.0) == -3.0


class TestDataclasses:
    @dataclass
    class Box:
        width: float
        height: float
        area: float = field(init=False)
        notes: list = field(init=False, default_factory=list)

        def __post_init__(self):
            self.area = self.width * self.height

    def test_a_field_that_the_constructor_computes(self):
        f = jit(lambda box: box.area * 2.0)
        assert [f(self.Box(2.0, 3.0)), f(self.Box(4.0, 5.0))] == [12.0, 40.0]
        assert jit(grad(lambda box: box.area * 1.0))(self.Box(2.0, 3.0)) == self.Box(3.0, 2.0)

    def test_one_that_was_assigned_is_an_error(self):
        # Broken if the function silently gets what the constructor makes.
        box = self.Box(2.0, 3.0)
        box.area = 100.0
        with pytest.raises(TypeError, match="the field 'area' of a Box has init=False and was assigned"):
            jit(lambda box: box.area * 2.0)(box)


class TestArraysOfObjects:
    @pytest.mark.parametrize("other", [None, True, False, "text"])
    def test_with_more_than_numbers_in_them(self, other):
        def f(x):
            return x[0] * (2.0 if x[1] is None else 3.0 if x[1] is True else 4.0)

        array = numpy.array([5.0, other], dtype=object)
        assert jit(f)(array) == f(array)

    def test_what_is_no_number_is_a_setting(self):
        f = jit(lambda x: x[0] * (2.0 if x[1] else 3.0))
        arrays = [numpy.array([5.0, flag], dtype=object) for flag in (True, False, True)]
        assert [f(array) for array in arrays] == [10.0, 15.0, 10.0]

    def test_among_the_results(self):
        f = jit(lambda x: numpy.array([x * 2.0, None, True], dtype=object))
        assert f(3.0).tolist() == [6.0, None, True]
        assert f(4.0)[2] is True
        batch = f.batch(numpy.array([1.0, 2.0]))
        assert batch[0].tolist() == [2.0, 4.0] and batch[1] is None


class TestBatches:
    def test_an_array_without_axes_is_a_number(self):
        f = jit(lambda x, n: x * n)
        x = numpy.array([1.0, 2.0])
        assert f.batch(x, numpy.array(3.0)).tolist() == [3.0, 6.0]
        assert f.batch(x, numpy.array(3.0), shared=1).tolist() == [3.0, 6.0]
        assert jit(lambda t: t[0] * t[1]).batch((x, numpy.array(3))).tolist() == [3.0, 6.0]

    @pytest.mark.usefixtures("backend")
    def test_no_samples(self):
        f = jit(lambda x: (x[0] * x[1], [x[0], x[1]]))
        for sums in (False, True):
            value, row = f.batch(numpy.zeros((0, 2)), sums=sums)
            assert (value.shape, row.shape) == (((), (2,)) if sums else ((0,), (0, 2)))
        assert jit(lambda x: x * 2.0).batch(numpy.zeros(0)).shape == (0,)

    def test_what_is_no_number_in_an_array_is_an_error(self):
        with pytest.raises(TypeError, match=r"expected a number .* got NoneType"):
            jit(lambda x: x * 2.0).batch(numpy.array([1.0, None], dtype=object))
        with pytest.raises(ValueError, match="of one length, got lengths"):
            jit(lambda x: x * 2.0).batch(numpy.array(3.0))


def test_buffers_of_arguments_by_name():
    bound = jit(lambda x, *, scale: x[0] * x[1] * scale).bind([2.0, 3.0], scale=10.0)
    bound.inputs["scale"][...] = 100.0
    bound.inputs[0][1] = 5.0
    bound()
    assert bound.outputs == 1000.0
