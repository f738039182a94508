"""What transforms return: named, bound and sent to other processes like the functions they were made of."""

import copy
import functools
import inspect
import multiprocessing
import pickle
import pydoc

import pytest

import autograd
from autograd import Value, elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

TRANSFORMS = [grad, value_and_grad, jacobian, hessian, hvp, jvp, vjp, elementwise_grad]


def cube(x, scale=1.0):
    """The third power."""
    return scale * x**3


def loss(x, *, w):
    return (w * x) ** 2, [w]


def at(transform):
    return (2.0, 1.0) if transform in (jvp, hvp) else (2.0,)


def result(transform, f, *args):
    """A transform's answer, without the function that vjp returns beside it."""
    found = transform(f)(*args) if f else transform(*args)
    return found[0] if isinstance(found, tuple) and callable(found[-1]) else found


@pytest.mark.parametrize("transform", TRANSFORMS)
class TestOfEveryTransform:
    def test_keeps_name_docstring_and_signature(self, transform):
        found = transform(cube)
        assert (found.__name__, found.__doc__, found.__module__) == ("cube", "The third power.", __name__)
        assert inspect.signature(found) == inspect.signature(cube)
        assert found.__wrapped__.__name__ == "cube"

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_pickles_where_its_function_does(self, transform, protocol):
        for f in (cube, autograd.sin, functools.partial(cube, scale=2.0), grad(cube)):
            there = pickle.loads(pickle.dumps(transform(f), protocol))
            assert result(there, None, *at(transform)) == result(transform, f, *at(transform))
            assert getattr(there, "__name__", "") == getattr(transform(f), "__name__", "")

    def test_a_lambda_is_named_by_the_error(self, transform):
        with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
            pickle.dumps(transform(lambda x: x))

    def test_deepcopies_whatever_its_function_is(self, transform):
        f = lambda x: x**3  # noqa: E731
        for twin in (copy.copy(transform(f)), copy.deepcopy(transform(f))):
            assert result(twin, None, *at(transform)) == result(transform, f, *at(transform))

    def test_is_a_method_in_a_class(self, transform):
        class Curve:
            power = 3

            def height(self, x):
                return x**self.power

            slope = transform(height, 1)

        assert result(Curve().slope, None, *at(transform)) == result(transform, cube, *at(transform))
        assert callable(Curve.slope)

    @pytest.mark.parametrize("mistake", [9.0, Value(9.0), None, "f"])
    def test_a_result_in_place_of_the_function_is_refused(self, transform, mistake):
        with pytest.raises(TypeError, match="expected the function") as error:
            transform(mistake)
        name = transform.__name__
        assert str(error.value).endswith(f"; write {name}(f)(...), not {name}(f(...))")

    def test_prints_what_it_is(self, transform):
        assert repr(transform(cube)) == f"<{transform.__name__} of {cube!r}>"


def test_settings_are_sent_along():
    there = pickle.loads(pickle.dumps(grad(loss, argnames="w", has_aux=True)))
    assert there(3.0, w=2.0) == (36.0, [2.0])
    there = pickle.loads(pickle.dumps(grad(loss, 0, ("w",), True)))
    assert there(3.0, w=2.0) == ((24.0, (36.0,)), [2.0])


def test_a_pool_of_processes_computes_gradients():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(grad(cube), [1.0, 2.0]) == [3.0, 12.0]
        assert pool.map(grad(autograd.exp), [0.0]) == [1.0]


def test_attributes_of_the_function_come_along_and_disturb_nothing():
    def f(x):
        return x * x

    f._run, f._settings, f.units = "run", "settings", "m"
    assert (grad(f)(3.0), grad(f).units) == (6.0, "m")
    assert grad(grad(autograd.sin))(0.0) == 0.0


def test_of_a_decorated_function_leads_to_the_decorated_one():
    """Broken if `__wrapped__` is copied with the function's other attributes, which skips the decorator."""

    @functools.wraps(cube)
    def twice(x, scale=2.0):
        return cube(x, scale)

    assert grad(twice).__wrapped__ is twice
    assert (grad(twice).__name__, grad(twice)(1.0)) == ("cube", 6.0)


def test_a_function_may_be_wrapped_around_it():
    """Broken if what it has of its function is not there for `functools.wraps`."""

    def noted(x: float) -> float:
        """A note."""
        return x * x

    noted.units = "m"
    slope = grad(noted)

    @functools.wraps(slope)
    def printed(x):
        return f"{slope(x):.1f}"

    assert (printed.__name__, printed.__qualname__, printed.__doc__) == (
        "noted",
        noted.__qualname__,
        "A note.",
    )
    assert (printed.__module__, printed.__annotations__) == (__name__, noted.__annotations__)
    assert (printed.units, printed.__wrapped__, printed(3.0)) == ("m", slope, "6.0")


def test_help_shows_the_docstring():
    assert "The third power." in pydoc.render_doc(grad(cube), renderer=pydoc.plaintext)


def test_its_name_may_be_changed():
    slope = grad(cube)
    slope.__name__, slope.__doc__ = "slope", "Its slope."
    assert (slope.__name__, slope.__doc__, cube.__name__) == ("slope", "Its slope.", "cube")


def test_what_it_lacks_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'Transformed' object has no attribute 'units'"):
        _ = grad(cube).units
    assert not hasattr(grad(functools.partial(cube)), "__name__")


def test_attributes_of_an_object_stay_with_the_object():
    """Broken if they are copied: the copy of a model's `training` does not follow the model."""

    class Model:
        def __init__(self):
            self.training = True

        def __call__(self, x):
            return x * x

    slope = grad(Model())
    assert (slope(3.0), hasattr(slope, "training"), slope.__wrapped__.training) == (6.0, False, True)
    assert not hasattr(grad(functools.partial(Model(), 1.0)), "training")


def test_any_name_of_an_argument_will_do():
    assert grad(lambda self, f, args: self * f * args, argnames="self")(self=2.0, f=3.0, args=5.0) == 15.0


def test_values_are_differentiated_as_before():
    x = Value(2.0)
    pickle.loads(pickle.dumps(grad(cube)))(x).backward()
    assert x.grad == 12.0
