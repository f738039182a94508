"""Trees of numbers: which containers there are, what they come back as, and how two of them pair."""

import re
import types
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field

import numpy
import pytest

import autograd
from autograd import Value, containers, grad, hessian, hvp, jacobian, tree, value_and_grad

Point = namedtuple("Point", "x y")


@dataclass
class Line:
    slope: object
    shift: object = 0.0


@dataclass(frozen=True, slots=True)
class Frozen:
    w: list
    b: object


class Weights(list):
    """A list of the user's own."""


TREES = [
    (2.0, "a number"),
    ([2.0, 3.0], "a list"),
    ((2.0, 3.0), "a tuple"),
    ({"w": 2.0, "b": 3.0}, "a dict"),
    ({3: 2.0, "b": 3.0, (1, None): 4.0}, "a dict of mixed keys"),
    (Point(2.0, 3.0), "a namedtuple"),
    (numpy.array([2.0, 3.0]), "an array"),
    (numpy.array([[2.0, 3.0], [4.0, 5.0]]), "a matrix"),
    (numpy.asfortranarray([[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]), "a matrix column by column"),
    (numpy.arange(12.0).reshape(2, 3, 2)[:, ::-1], "a view of three axes"),
    (numpy.zeros((0, 3)), "an empty array"),
    ([[2.0, (3.0, {"k": [4.0]})], 5.0], "a nest"),
    ({"layers": [{"w": numpy.array([2.0, 3.0]), "b": 1.0}], "scale": Point(1.0, (2.0,))}, "a model"),
    ((numpy.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), numpy.array([7.0, 8.0])), "a tuple of arrays"),
    ((numpy.array([1.0, 2.0]), numpy.array([3.0, 4.0])), "a tuple of arrays of one shape"),
    ([], "nothing"),
    ({"a": [], "b": ()}, "a nest of nothing"),
    (Line(2.0, [3.0, 4.0]), "a dataclass"),
    (Frozen([2.0, Line(3.0)], numpy.array([1.0])), "a frozen dataclass"),
    (OrderedDict(b=2.0, a=3.0), "an ordered dict"),
    (defaultdict(list, b=2.0, a=[3.0]), "a dict with a default"),
    (Counter(a=2, b=3), "a counter"),
    (UserDict(a=2.0, b=3.0), "a mapping that is no dict"),
    (deque([2.0, 3.0], maxlen=5), "a deque"),
    (Weights([2.0, 3.0]), "a list of a class of its own"),
]


def shape(anything):
    """A tree with its numbers taken out."""
    if isinstance(anything, (dict, UserDict)):
        return [type(anything), [(key, shape(branch)) for key, branch in anything.items()]]
    if isinstance(anything, numpy.ndarray):
        return ("array", anything.shape)
    if isinstance(anything, (list, tuple, deque)):
        return [type(anything), *map(shape, anything)]
    if isinstance(anything, (Line, Frozen)):
        return [type(anything), *(shape(getattr(anything, name)) for name in anything.__match_args__)]
    return "number"


@pytest.mark.parametrize("at", [row[0] for row in TREES], ids=[row[1] for row in TREES])
class TestTrees:
    def f(self, at):
        return autograd.sum([(i + 1) * leaf**2 for i, leaf in enumerate(tree.leaves(at))])

    def test_gradient_has_the_shape_of_its_argument(self, at):
        slopes = grad(self.f)(at)
        assert shape(slopes) == shape(at)
        expected = [2.0 * (i + 1) * leaf for i, leaf in enumerate(tree.leaves(at))]
        assert tree.leaves(slopes) == expected
        if isinstance(at, numpy.ndarray):
            assert slopes.dtype == float

    def test_argument_is_not_changed(self, at):
        before = repr(at)
        grad(self.f)(at)
        hessian(self.f)(at)
        assert repr(at) == before

    def test_floats_in_floats_out_and_values_in_values_out(self, at):
        number, slopes = value_and_grad(self.f)(at)
        assert type(number) is float
        assert all(isinstance(slope, float) for slope in tree.leaves(slopes))
        nodes = tree.rebuild(at, [Value(leaf) for leaf in tree.leaves(at)])
        value, slopes_of_nodes = value_and_grad(self.f)(nodes)
        assert not tree.leaves(at) or isinstance(value, Value)
        assert [node.data for node in tree.leaves(slopes_of_nodes)] == tree.leaves(slopes)

    def test_second_derivatives(self, at):
        """Each second derivative by a leaf and itself is a coefficient; all others are zero."""
        count = len(tree.leaves(at))
        found = hessian(self.f)(at)
        diagonal = [2.0 * (i + 1) for i in range(count)]
        assert sorted(tree.leaves(found)) == sorted([*diagonal, *[0.0] * (count * count - count)])
        direction = tree.rebuild(at, [float(i) for i in range(count)])
        assert tree.leaves(hvp(self.f)(at, direction)) == [i * slope for i, slope in enumerate(diagonal)]

    def test_each_leaf_has_a_path(self, at):
        leaves = tree.leaves(at)
        paths = tree.paths(at)
        assert len(set(paths)) == len(paths) == len(leaves)
        for path, leaf in zip(paths, leaves, strict=True):
            assert eval(f"at{path}", {"at": at}) == leaf

    def test_values_are_found_and_replaced(self, at):
        nodes = [Value(leaf) for leaf in tree.leaves(at)]
        full = tree.rebuild(at, nodes)
        assert tree.values(full) == nodes
        assert tree.values(at) == []
        back = tree.replaced({"of": full, "name": "m", 3: None}, {node: node.data for node in nodes})
        assert tree.leaves(back["of"]) == tree.leaves(at)
        assert (back["name"], back[3]) == ("m", None)


class Fresh(Mapping):
    """A mapping that makes its branches when it is asked, each time anew."""

    def __init__(self, *nodes):
        self.nodes = nodes

    def __getitem__(self, key):
        return [self.nodes[key]]

    def __iter__(self):
        return iter(range(len(self.nodes)))

    def __len__(self):
        return len(self.nodes)


class TestValuesAnywhere:
    def test_in_branches_that_are_made_on_the_fly(self):
        """Broken if an address counts as seen when what was there has gone and something else has come."""
        nodes = [Value(float(i)) for i in range(40)]
        at = [Fresh(*nodes[i : i + 2]) for i in range(0, 40, 2)]
        assert tree.values(at) == nodes
        assert tree.replaced(at, {node: node.data for node in nodes}) == [
            {0: [float(i)], 1: [i + 1.0]} for i in range(0, 40, 2)
        ]

    def test_replaced_in_a_nest_of_any_depth(self):
        x, deep = Value(1.0), 20_000
        at = [x, 2.0]
        for _ in range(deep):
            at = [at]
        found = tree.replaced(at, {x: 3.0})
        for _ in range(deep):
            [found], [at] = found, at
        assert (found, at) == ([3.0, 2.0], [x, 2.0])

    def test_each_thing_is_looked_at_once(self, monkeypatch):
        """Broken if every level looks through all levels below it."""
        asked = []
        known = containers.known_branches
        monkeypatch.setattr(containers, "known_branches", lambda thing: asked.append(thing) or known(thing))
        x = Value(1.0)
        at = [x]
        for _ in range(100):
            at = (at, at)
        found = tree.replaced(at, {x: 3.0})
        assert found[0] is found[1]
        assert len(asked) <= 2 * 102

    def test_what_has_none_of_them_stays_the_same_object(self):
        x, other = Value(1.0), Value(2.0)
        at = {"x": [x], "rest": [other, "name", (1.0,)]}
        found = tree.replaced(at, {x: 3.0})
        assert found == {"x": [3.0], "rest": at["rest"]}
        assert found["rest"] is at["rest"]

    def test_a_circle_beside_them_stays_what_it_is(self):
        x, around = Value(1.0), {"name": "n"}
        around["self"] = [around]
        found = tree.replaced([around, x], {x: 3.0})
        assert found[0] is around
        assert found[1] == 3.0

    def test_a_circle_around_them_is_refused(self):
        def entered_first(circle):
            return grad(lambda x: (x * x, [circle(x)]), has_aux=True)

        def through_a_list(x):
            around = {"inner": []}
            around["inner"].append(around)
            around["x"] = x
            return around["inner"]

        def itself(x):
            around = [x]
            around.append(around)
            return around

        for circle, kind in [(itself, "list"), (through_a_list, "list")]:
            with pytest.raises(TypeError, match=f"contains itself, got a {kind} that does"):
                entered_first(circle)(3.0)


class TestContainers:
    def test_what_they_carry_beside_their_numbers_is_kept(self):
        assert grad(lambda d: d["a"] * d["a"])(defaultdict(list, a=3.0))["new"] == []
        assert grad(lambda d: d[0] * d[1])(deque([3.0, 2.0], maxlen=2)).maxlen == 2
        own = Weights([3.0])
        own.name = "w"
        assert grad(lambda w: w[0] * 2)(own).name == "w"
        assert list(grad(lambda d: d["b"] * d["a"])(OrderedDict(b=2.0, a=3.0)).items()) == [
            ("b", 3.0),
            ("a", 2.0),
        ]

    def test_a_tree_that_leads_back_to_itself_may_be_another_argument(self):
        around = {"w": [Value(2.0)]}
        around["self"] = around
        assert type(grad(lambda x, a: x * a["w"][0])(3.0, around)) is Value

    def test_a_mapping_that_is_read_only_comes_back_as_a_dict(self):
        assert grad(lambda d: d["a"] * 2)(types.MappingProxyType({"a": 3.0})) == {"a": 2.0}

    def test_a_chain_of_mappings_comes_back_flat_where_it_was_changed(self):
        at = ChainMap({"a": 3.0}, {"b": 2.0})
        slopes = grad(lambda d: d["a"] * d["b"])(at)
        assert (slopes["a"], slopes["b"]) == (2.0, 3.0)
        assert (at.maps[0], at.maps[1]) == ({"a": 3.0}, {"b": 2.0})

    def test_a_named_tuple_with_a_constructor_of_its_own(self):
        class Pair(namedtuple("Pair", "x y")):
            def __new__(cls, both):
                return super().__new__(cls, *both)

        assert grad(lambda p: p.x * p.y)(Pair((3.0, 2.0))) == (2.0, 3.0)

    def test_a_dataclass_that_is_a_dict_counts_as_a_dict(self):
        @dataclass
        class Outputs(dict):
            scale: float = 2.0

        at = Outputs(scale=7.0)
        at["loss"] = 3.0
        slopes = grad(lambda o: o["loss"] ** 2 * o.scale)(at)
        assert (type(slopes), dict(slopes), slopes.scale) == (Outputs, {"loss": 42.0}, 7.0)

    def test_a_field_that_is_computed_from_others_is_computed_again(self):
        """Were it copied, the gradient through it would be lost in silence."""

        @dataclass
        class Rectangle:
            a: object
            b: object
            area: object = field(init=False)

            def __post_init__(self):
                self.area = self.a * self.b

        slopes = grad(lambda r: r.area * r.area)(Rectangle(3.0, 2.0))
        assert (slopes.a, slopes.b) == (24.0, 36.0)

    def test_a_constructor_that_refuses_says_what_it_was_asked(self):
        @dataclass
        class Positive:
            x: object

            def __post_init__(self):
                if not self.x > 0:
                    raise ValueError("x is positive")

        with pytest.raises(ValueError, match="x is positive") as error:
            grad(lambda p: -p.x)(Positive(3.0))
        assert re.search("a Positive was made anew .* derivatives of any sign", error.value.__notes__[0])

    def test_a_constructor_that_needs_more_than_fields_says_so(self):
        @dataclass
        class Scaled:
            x: object
            scale: InitVar[float]

            def __post_init__(self, scale):
                self.x = self.x * scale

        # a ValueError until Python 3.12, a TypeError from 3.13 on
        with pytest.raises((TypeError, ValueError), match="InitVar 'scale' must be specified") as error:
            grad(lambda p: p.x)(Scaled(3.0, 2.0))
        assert "made anew" in error.value.__notes__[0]

    @pytest.mark.parametrize(
        ("at", "said"),
        [
            ({1.0, 2.0}, r"got set: .* a set has no order .* give a list"),
            ([frozenset((1.0,))], r"got frozenset at \[0\]: .* give a list"),
            ({"k": {1.0: 2.0}.values()}, r"got dict_values at \['k'\]: .* give a list or an array"),
            (Line(1.0, ["a"]), r"got str at \.shift\[0\]: 'a'"),
            (Point(1.0, None), r"got NoneType at \.y: None"),
            ([1.0, 3j], r"got complex at \[1\]"),
            ([range(3)], r"got range at \[0\]"),
            ((x for x in [1.0]), "got generator"),
            (numpy.array([1j]), r"got an array with complex128 at \[0\]"),
            (
                {"w": numpy.array([[1.0, "a"]], dtype=object)},
                r"got an array with str at \['w'\]\[0, 1\]: 'a'",
            ),
            (numpy.array([[1.0], [2.0, 3.0]], dtype=object), r"got an array with list at \[0\]"),
            (numpy.ma.masked_array([1.0, 2.0], [True, False]), "got MaskedArray: "),
            (numpy.array([(1.0, 2)], dtype=[("a", float), ("b", int)]), r"got an array with void at \[0\]"),
        ],
    )
    def test_what_is_no_tree_is_named_with_its_place(self, at, said):
        with pytest.raises(TypeError, match=said):
            grad(lambda x: 1.0)(at)

    def test_a_matrix_of_numpys_own_kind_is_refused(self):
        """Its * is a product of matrices, which an array's is not: the function would be another one."""
        with pytest.warns(PendingDeprecationWarning):
            at = numpy.matrix([[1.0, 2.0]])
        with pytest.raises(TypeError, match=r"got matrix: .* give a list or an array"):
            grad(lambda x: 1.0)(at)


class TestCells:
    @pytest.mark.parametrize(
        "number",
        [3, True, numpy.float32(3), numpy.int64(3), numpy.uint8(3), numpy.array(3.0), numpy.bool_(1)],
    )
    def test_numbers_of_all_kinds_come_back_as_floats(self, number):
        slope = grad(lambda x: x * x)(number)
        assert type(slope) is float
        assert slope == 2.0 * float(number)
        assert grad(lambda x: x[0] * x[0])([number]) == [slope]

    @pytest.mark.parametrize("dtype", [int, bool, "float32", "float16", "uint8", "longdouble", ">f8", object])
    def test_arrays_of_all_kinds_come_back_as_float64(self, dtype):
        at = numpy.array([[1, 0], [0, 1]], dtype=dtype)
        slopes = grad(lambda x: (x * x).sum())(at)
        assert slopes.dtype == numpy.dtype("float64")
        assert slopes.tolist() == [[2.0, 0.0], [0.0, 2.0]]

    def test_an_array_of_values_and_numbers_comes_back_as_one_of_values(self):
        w = Value(3.0)
        slopes = grad(lambda x: (x**3).sum())(numpy.array([w, 2.0], dtype=object))
        assert [type(slope) for slope in slopes] == [Value, Value]
        slopes[0].backward()
        assert (slopes[1].data, w.grad) == (12.0, 18.0)

    def test_an_array_without_axes_that_holds_a_value_is_that_value(self):
        """numpy makes one of any object, as in numpy.asarray(value)."""
        boxed = numpy.empty((), dtype=object)
        boxed[()] = Value(3.0)
        assert grad(lambda x: x * x)(boxed).data == 6.0
        assert grad(lambda x: numpy.asarray(x * x, dtype=object))(3.0) == 6.0
        assert jacobian(lambda x: [numpy.asarray(x * x, dtype=object)])(3.0) == [6.0]

    def test_empty_arrays_keep_their_shape(self):
        empty = numpy.zeros((0, 3))
        assert grad(lambda x: 5.0)(empty).shape == (0, 3)
        assert jacobian(lambda x: x)(empty).shape == (0, 3, 0, 3)
        assert jacobian(lambda x: x[:, 0] * 2)(numpy.ones((2, 3))).shape == (2, 2, 3)
        assert jacobian(lambda x: empty)(numpy.ones((2,))).shape == (0, 3, 2)
        assert hessian(lambda x: 1.0)(empty).shape == (0, 3, 0, 3)


class TestProducts:
    """A Jacobian has the tree of the output and, in place of each cell, the tree of the argument."""

    def test_an_array_by_an_array(self):
        at = numpy.arange(6.0).reshape(2, 3)
        found = jacobian(lambda x: x.T @ numpy.array([1.0, 2.0]))(at)
        assert found.shape == (3, 2, 3)
        assert found.dtype == float
        assert (found == numpy.einsum("ik,j->ijk", numpy.eye(3), [1.0, 2.0])).all()

    def test_arrays_of_different_shapes_and_of_the_same(self):
        """hessian of a tuple of arrays: a tuple of tuples of arrays, whatever their shapes."""
        for second in (numpy.ones(2), numpy.ones((2, 3))):
            at = (numpy.arange(6.0).reshape(2, 3), second)
            found = hessian(lambda p: (p[0] * p[0]).sum() * p[1].sum())(at)
            assert [[block.shape for block in row] for row in found] == [
                [one.shape + other.shape for other in at] for one in at
            ]
            assert (found[0][1] == 2 * at[0].reshape(at[0].shape + (1,) * second.ndim)).all()
            assert (found[1][0] == numpy.broadcast_to(2 * at[0], found[1][0].shape)).all()
            assert not found[1][1].any()

    def test_a_tuple_of_arrays_of_one_shape_stays_a_tuple(self):
        found = jacobian(lambda x: (x * 2, x * 3))(numpy.array([1.0, 2.0]))
        assert type(found) is tuple
        assert [block.tolist() for block in found] == [[[2.0, 0.0], [0.0, 2.0]], [[3.0, 0.0], [0.0, 3.0]]]
        by_two = jacobian(lambda p: p[0][0] * p[1][0])((numpy.array([1.0, 2.0]), numpy.array([3.0, 4.0])))
        assert type(by_two) is tuple
        assert [block.tolist() for block in by_two] == [[3.0, 0.0], [1.0, 0.0]]

    def test_an_array_by_other_trees(self):
        f = lambda d: numpy.array([d["a"] * 2, d["b"], d["a"]])  # noqa: E731
        found = jacobian(f)({"a": 1.0, "b": 2.0})
        assert {key: block.tolist() for key, block in found.items()} == {
            "a": [2.0, 0.0, 1.0],
            "b": [0.0, 1.0, 0.0],
        }
        columns = jacobian(lambda x: numpy.array([x[0] * x[1], x[0]]))([3.0, 4.0])
        assert [column.tolist() for column in columns] == [[4.0, 1.0], [3.0, 0.0]]

    def test_of_dataclasses(self):
        found = jacobian(lambda p: Line(p.slope * 2, [p.shift]))(Line(1.0, 2.0))
        assert found == Line(Line(2.0, 0.0), [Line(0.0, 1.0)])
