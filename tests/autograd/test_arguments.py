"""argnums, argnames and has_aux: by which arguments a transform differentiates, and what it refuses."""

import numpy
import pytest

from autograd import Value, elementwise_grad, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp

TRANSFORMS = [grad, value_and_grad, jacobian, hessian, hvp, jvp, vjp, elementwise_grad]


def f(x, y=2.0, *, w=5.0, b=7.0):
    return x * x * y * w + b * b


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 60.0),
        (1, 45.0),
        (-1, 45.0),
        (-2, 60.0),
        (numpy.int64(1), 45.0),
        ((0,), (60.0,)),
        ((0, 1), (60.0, 45.0)),
        ((1, 0), (45.0, 60.0)),
        ((-1, 0), (45.0, 60.0)),
        ([0, 1], (60.0, 45.0)),
        ((numpy.int64(1), -2), (45.0, 60.0)),
        ((), ()),
    ],
)
def test_positions(argnums, expected):
    assert grad(f, argnums)(3.0, 2.0) == expected
    assert value_and_grad(f, argnums)(3.0, 2.0) == (139.0, expected)
    assert jacobian(f, argnums)(3.0, 2.0) == expected
    assert vjp(f, argnums)(3.0, 2.0)[1](1.0) == expected


@pytest.mark.parametrize(
    ("argnames", "expected"),
    [("w", 18.0), (("w",), (18.0,)), (("b", "w"), (14.0, 18.0)), (["w", "b"], (18.0, 14.0))],
)
def test_names(argnames, expected):
    """For one name what it is, for several a tuple in their order."""
    assert grad(f, argnames=argnames)(3.0, 2.0, w=5.0, b=7.0) == expected
    assert value_and_grad(f, argnames=argnames)(3.0, w=5.0, b=7.0) == (139.0, expected)
    assert jacobian(f, argnames=argnames)(3.0, w=5.0, b=7.0) == expected
    assert vjp(f, argnames=argnames)(3.0, w=5.0, b=7.0)[1](1.0) == expected


def test_a_function_that_takes_names_alone():
    assert grad(lambda *, w: w["a"] * 3, argnames="w")(w={"a": 2.0}) == {"a": 3.0}
    assert grad(lambda w: w * w, argnames="w")(w=3.0) == 6.0


def test_positions_and_names_give_a_pair_of_both():
    assert grad(f, argnums=0, argnames="w")(3.0, 2.0, w=5.0) == (60.0, 18.0)
    assert grad(f, (0, 1), ("w", "b"))(3.0, 2.0, w=5.0, b=7.0) == ((60.0, 45.0), (18.0, 14.0))
    assert jvp(f, 0, "w")(3.0, 2.0, (1.0, 10.0), w=5.0) == (139.0, 240.0)
    (xx, xw), (wx, ww) = hessian(f, 0, "w")(3.0, 2.0, w=5.0)
    assert (xx, xw, wx, ww) == (20.0, 12.0, 12.0, 0.0)
    assert hvp(f, 0, "w")(3.0, 2.0, (1.0, 10.0), w=5.0) == (xx + 10 * xw, wx)


@pytest.mark.parametrize("transform", TRANSFORMS)
class TestMistakes:
    @pytest.mark.parametrize(
        "argnums",
        ["s", 1.5, True, None, (0, "x"), [None], (True,), numpy.bool_(True), {0}, ((0,),)],
        ids=repr,
    )
    def test_what_is_no_position_is_refused_before_the_call(self, transform, argnums):
        with pytest.raises(TypeError, match=r"argnums is the position .* such as 0 or \(0, 1\), got"):
            transform(f, argnums)

    @pytest.mark.parametrize("argnames", [0, None, ("w", 1), ["w", None], True])
    def test_what_is_no_name_is_refused_before_the_call(self, transform, argnames):
        with pytest.raises(TypeError, match=r"argnames is the name .* such as 'w' or \('w', 'b'\), got"):
            transform(f, argnames=argnames)

    def test_a_name_given_as_a_position_is_told_where_names_go(self, transform):
        with pytest.raises(TypeError, match="got 'w'; a keyword argument is chosen by argnames"):
            transform(f, "w")

    @pytest.mark.parametrize(("argnums", "count"), [(1, 1), (0, 0), (-2, 1), ((0, 3), 2), ((0, -3), 2)])
    def test_a_position_without_an_argument(self, transform, argnums, count):
        direction = [1.0] * (transform in (jvp, hvp) and count > 0)
        said = rf"argument at position .*, got {count} argument" if count else "argument"
        with pytest.raises(TypeError, match=said):
            transform(lambda *x: 1.0, argnums)(*[1.0] * count, *direction)

    def test_an_argument_given_by_name_alone_is_told_of_argnames(self, transform):
        direction = [1.0] * (transform in (jvp, hvp))
        with pytest.raises(TypeError, match="by position; one that is given by name is chosen by argnames"):
            transform(f, 3)(3.0, 2.0, *direction, w=1.0)

    def test_a_name_without_an_argument(self, transform):
        direction = [1.0] * (transform in (jvp, hvp))
        with pytest.raises(TypeError, match=r"needs an argument y=.*, got by name w; .* chosen by argnums"):
            transform(f, argnames="y")(3.0, 2.0, *direction, w=1.0)

    @pytest.mark.parametrize("argnums", [(0, 0), (0, -2), [1, 0, 1]])
    def test_one_argument_twice(self, transform, argnums):
        """The derivatives would be handed out twice, each for a variable that is not there."""
        direction = [(1.0, 1.0)] * (transform in (jvp, hvp))
        with pytest.raises(ValueError, match=r"asks for one of 2 argument\(s\) twice"):
            transform(f, argnums)(3.0, 2.0, *direction)

    def test_one_name_twice(self, transform):
        with pytest.raises(ValueError, match="has a name twice"):
            transform(f, argnames=("w", "w"))


class TestAux:
    """A function that returns its number and anything else beside it."""

    def f(self, x):
        return x**2, {"twice": 2 * x, "name": "n", "none": None, "at": (3, [x])}

    def test_comes_back_as_numbers(self):
        aux = {"twice": 6.0, "name": "n", "none": None, "at": (3, [3.0])}
        assert grad(self.f, has_aux=True)(3.0) == (6.0, aux)
        assert value_and_grad(self.f, has_aux=True)(3.0) == ((9.0, aux), 6.0)
        assert jacobian(self.f, has_aux=True)(3.0) == (6.0, aux)
        assert hessian(self.f, has_aux=True)(3.0) == (2.0, aux)

    @pytest.mark.parametrize("aux", ["text", None, object(), [], {1, 2}, len, (1.0, "x")])
    def test_may_be_anything(self, aux):
        assert grad(lambda x: (x * x, aux), has_aux=True)(3.0)[1] is aux

    def test_arrays(self):
        slope, aux = grad(lambda x: ((x * x).sum(), x * 2), has_aux=True)(numpy.array([1.0, 2.0]))
        assert (slope.tolist(), aux.tolist(), aux.dtype) == ([2.0, 4.0], [2.0, 4.0], float)

    def test_nodes_of_the_users_own_stay_what_they_are(self):
        w = Value(2.0)
        product = w * 3
        _, aux = grad(lambda x: (x * w, [w, product, x * w]), has_aux=True)(3.0)
        assert (aux[0] is w, aux[1] is product) == (True, True)
        assert (type(aux[2]), aux[2]) == (float, 6.0)

    def test_values_in_values_out(self):
        x = Value(3.0)
        slope, aux = grad(lambda x: (x**2, [x**3]), has_aux=True)(x)
        aux[0].backward()
        assert (slope.data, x.grad) == (6.0, 27.0)

    def test_leads_on_within_a_differentiation(self):
        def f(x):
            slope, aux = grad(lambda y: (y * y, [x * y]), has_aux=True)(3.0)
            assert [type(slope), type(aux[0])] == [Value, Value]
            return slope * aux[0]

        assert grad(f)(5.0) == 18.0

    def test_numbers_within_a_differentiation_that_has_nothing_to_do_with_it(self):
        def f(x):
            slope, aux = grad(lambda y: (y * y, [2 * y]), has_aux=True)(3.0)
            assert [type(slope), type(aux[0])] == [float, float]
            return slope * aux[0] * x

        assert grad(f)(5.0) == 36.0

    @pytest.mark.parametrize(
        ("out", "said"),
        [(1.0, "float"), ([1.0], "a list of 1"), ((1.0, 2, 3), "a tuple of 3"), (None, "NoneType")],
    )
    def test_a_function_that_returns_no_pair(self, out, said):
        def several(x):
            return out

        for transform in (grad, value_and_grad, jacobian, hessian):
            with pytest.raises(TypeError, match=f"returns a pair, .*, but several returned {said}"):
                transform(several, has_aux=True)(1.0)

    def test_a_pair_without_the_flag(self):
        with pytest.raises(TypeError, match="a pair of a number and anything else needs has_aux=True"):
            grad(lambda x: (x, None))(1.0)
