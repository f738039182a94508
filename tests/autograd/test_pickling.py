"""copy, deepcopy and pickle: a graph that comes back is the graph that went."""

import base64
import copy
import itertools
import pickle
import random
import sys
import zlib

import pytest

import autograd
from autograd import Value, gradient, no_grad, pickling, scope
from autograd.graph import nodes_of, trace
from tests.autograd.threads import run_at_once

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
WAYS = {f"pickle {p}": lambda x, p=p: pickle.loads(pickle.dumps(x, p)) for p in PROTOCOLS}
WAYS["python pickler"] = lambda x: pickle._loads(pickle._dumps(x))
WAYS["deepcopy"] = copy.deepcopy
EVERY_WAY = pytest.mark.parametrize("clone", WAYS.values(), ids=WAYS)


def picture(*roots):
    """All that a graph is, but for the identity of its nodes."""
    nodes = nodes_of(*roots)
    place = {node: i for i, node in enumerate(nodes)}
    return [
        (
            *(node.data, node.grad, node._operation, node._dleft, node._dright, node.label, node.scope),
            *(place[operand] for operand in node._prev),
        )
        for node in nodes
    ]


def some_graph():
    x, y = Value(1.5, label="x"), Value(-0.5)
    with scope("layer"):
        shared = x * y
        shared.label = "shared"
    root = (shared.tanh() + shared**2) / autograd.leaky_relu(y, 0.1) + autograd.where(
        shared, x, y
    ).detach() * y
    root.backward()
    return x, y, shared, root


@EVERY_WAY
class TestClones:
    def test_a_leaf(self, clone):
        x = Value(3.0, label="w")
        x.grad = 2.0
        y = clone(x)
        assert (type(y), y.data, y.grad, y.label, y._prev) == (Value, 3.0, 2.0, "w", ())
        assert y is not x

    def test_a_graph(self, clone):
        *_, root = some_graph()
        assert picture(clone(root)) == picture(root)

    def test_nodes_are_new(self, clone):
        *_, root = some_graph()
        assert not set(nodes_of(clone(root))) & set(nodes_of(root))

    def test_gradients_are_right(self, clone):
        x, y, _, root = some_graph()
        x2, y2, root2 = clone((x, y, root))
        x2.grad = y2.grad = 0.0
        root2.backward()
        assert (x2.grad, y2.grad) == (x.grad, y.grad)
        first = gradient(root2, x2, differentiable=True)
        assert gradient(first, y2) == gradient(gradient(root, x, differentiable=True), y)

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1), (1, 3, 2, 0)])
    def test_shared_nodes_stay_shared_in_any_order(self, clone, order):
        """A model and its loss saved together: the loss must train the model's parameters, not copies."""
        nodes = some_graph()
        clones = clone([nodes[i] for i in order])
        x, y, shared, root = (clones[order.index(i)] for i in range(4))
        inside = nodes_of(root)
        assert all(any(node is other for other in inside) for node in (x, y, shared))
        assert picture(*clones) == picture(*(nodes[i] for i in order))

    def test_one_node_many_times(self, clone):
        x = Value(3.0)
        y = x * x
        a, b, (c,), d = clone([y, y, [y], {"y": y}])
        assert a is b is c is d["y"]
        assert a._prev[0] is a._prev[1]

    def test_several_roots_over_one_trunk(self, clone):
        x = Value(2.0)
        trunk = x * x
        roots = [trunk * i for i in range(5)]
        copies = clone(roots)
        assert len({copy._prev[0] for copy in copies}) == 1
        autograd.sum(copies).backward()
        assert copies[0]._prev[0]._prev[0].grad == 40.0

    def test_roots_that_stand_on_one_another(self, clone):
        """Each new root's subgraph begins where the last one ended."""
        x = Value(1.0)
        chain = [x]
        for _ in range(50):
            chain.append(chain[-1] * 1.1 + x)
        for roots in (chain, chain[::-1], random.Random(1).sample(chain, len(chain))):
            assert picture(*clone(roots)) == picture(*roots)

    def test_inside_objects(self, clone):
        class_ = Holder
        x = Value(2.0)
        holder = class_(x, x * 3)
        holder.itself = holder
        other = clone(holder)
        assert other.itself is other
        assert other.product._prev[0] is other.x

    def test_built_by_hand(self, clone):
        a, b = Value(2.0), Value(3.0, (), "input")
        node = clone(Value(6.0, (a, b), "*", label="product"))
        node.backward()
        assert (node.label, [operand.grad for operand in node._prev]) == ("product", [3.0, 2.0])
        assert [operand._op for operand in node._prev] == ["", "input"]

    def test_special_numbers(self, clone):
        x = Value(float("inf"))
        x.grad = -0.0
        y = clone(x / x)
        assert y.data != y.data
        assert str(y._prev[0].grad) == "-0.0"

    def test_under_no_grad_and_in_a_scope(self, clone):
        """Loading must not depend on the block it happens in."""
        *_, root = some_graph()
        with no_grad(), scope("loading"):
            assert picture(clone(root)) == picture(root)

    def test_nothing_is_kept_alive(self, clone):
        *_, root = some_graph()
        clone(root)
        assert not pickling._WRITTEN.places
        assert pickling._WRITTEN.last_alone() is None

    def test_a_chain_deeper_than_the_stack(self, clone):
        assert_chain_survives(clone, 2 * sys.getrecursionlimit())


def assert_chain_survives(clone, depth):
    x = Value(1.0)
    node = x
    for _ in range(depth):
        node = -node
    x2, node2 = clone((x, node))
    node2.backward()
    assert x2.grad == 1.0
    assert len(trace(node2)[0]) == 1 + depth


@pytest.mark.parametrize("way", ["pickle 5", "deepcopy"])
def test_a_chain_of_two_hundred_thousand(way):
    assert_chain_survives(WAYS[way], 200_000)


class Holder:
    def __init__(self, x, product):
        self.x, self.product = x, product


class TestShallowCopy:
    def test_shares_its_operands(self):
        x, _y, _shared, root = some_graph()
        other = copy.copy(root)
        assert other is not root
        assert other._prev == root._prev
        assert picture(other) == picture(root)
        before = x.grad
        other.backward()
        assert x.grad == 2 * before

    def test_of_a_leaf_is_independent(self):
        x = Value(3.0, label="x")
        y = copy.copy(x)
        y.data, y.grad, y.label = 4.0, 1.0, "y"
        assert (x.data, x.grad, x.label) == (3.0, 0.0, "x")


class TestOperationsWithoutAName:
    """An operation made of a lambda, or within a function, cannot be found by its name."""

    def graph(self):
        square = autograd.operation(lambda x, out: 2 * x, symbol="sq")(lambda x: x * x)

        @autograd.operation(lambda x, y, out: y, None)
        def scaled(x, y):
            return x * y

        x = Value(3.0)
        return x, scaled(square(x), 5.0) + autograd.leaky_relu(x, 0.1) ** 2

    @pytest.mark.parametrize("way", [copy.copy, copy.deepcopy])
    def test_are_copied_as_they_are(self, way):
        x, root = self.graph()
        x2, root2 = way([x, root])
        assert picture(root2) == picture(root)
        root2.backward()
        assert x2.grad == 2 * 3.0 * 5.0 + 6.0
        for node in nodes_of(root):
            assert way(node._operation) is node._operation

    @pytest.mark.parametrize("way", [way for name, way in WAYS.items() if name != "deepcopy"])
    def test_pickle_says_what_to_do(self, way):
        _, root = self.graph()
        with pytest.raises(
            ValueError,
            match=r"cannot pickle the operation <lambda>: .*<lambda> .* at the top level of a module",
        ):
            way(root)


def test_a_second_pickle_sees_what_changed_in_between():
    """A cached subgraph would bring old numbers back."""
    x = Value(3.0)
    y = x * x
    pickler_output = []
    for data in (3.0, 5.0):
        x.data = data
        y.grad = data
        pickler_output.append(pickle.loads(pickle.dumps(y)))
    assert [(node.grad, node._prev[0].data) for node in pickler_output] == [(3.0, 3.0), (5.0, 5.0)]


def test_one_pickler_dumping_twice_keeps_identity():
    import io

    x = Value(3.0)
    y = x * x
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.dump(y)
    pickler.dump([y + 1, x])
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    y2 = unpickler.load()
    z2, x2 = unpickler.load()
    assert z2._prev[0] is y2
    assert y2._prev[0] is x2


def test_threads_that_pickle_one_graph():
    *_, root = some_graph()
    expected = picture(root)

    def work():
        for _ in range(50):
            assert picture(pickle.loads(pickle.dumps(root))) == expected

    assert not run_at_once([work] * 4, interval=1e-5)


def test_a_pickle_is_small():
    """About fifty bytes a node, not the class's whole description each time."""
    x = Value(1.0)
    node = x
    for _i in range(1000):
        node = node * x
    assert len(pickle.dumps(node)) < 1000 * 50


# Written before an explanation was spread over several files, by protocol 4 and compressed: the list of the
# nodes x, w, h and out below, and the explanation below.
OLD_GRAPH = (
    "eNptUj1v00AY9lfqlJTQokqww+CF7GWgEYuHk4xkMbBE1gVfc6c6cWSfacvE0nR5N193JP4Dazyy8wf6D2BmQNzZZ6cYPD26997n"
    "y/fJuX1nG/U38+AIFzxdZDierNn784StFgIOMpLzNCNRQvBZKTx/2lw3/OmLzzUIYNztLdOY5GC/xYtSgHkJgwRfkUyAIW5CHgpq"
    "en411PvVs+9fPlojCKgF5gW1qVPfgeG8YAlnqxzcBeGY86y8d+YkLOcljKJIDhknyyjaSGIDXG20FDOP7tGB0jr92WodN0BqUaeR"
    "ElKLzLyZhwxkEunrae8uPN7VkbEl4+wDETCIztgqlukOu2m6zl8ui+Q63HXThqT7fCMVbGQpheOeAj3oseA4vg7FznYLahrkYNn+"
    "STu606MRjN+sSYY5S1eTee3tH951eqF4W3ub0K+eax59VEsQ2SSyVJ0uHeoWXXqI5AJ9UCNToiPV7PSV3t9qH0HAw6bOAdq7H7Yz"
    "2jeVF3NZWZd1q0GgoroyauX0WxhLjid/cchHeX4VZSQpFNVdF6+FXbyg/g8mMqS106pP/MjffmvPvk5e//518qNZGKJ9lcXuLzz8"
    "zz+ywE4LLp+XeseqS2RvQjL5AwYH6O8="
)
OLD_EXPLANATION = (
    "eNqNU01r20AQjT8kx07SNv1M2hRMCKFJIKUYCj2EBkrwwVAKvQrKSrv2iMhadbXrCIKhOcSnuXX7p3roPyj0J/QndHcty+6hUBnk"
    "0WjevPdmVl+a3w6ba+7CXaIkHwlCT3PgV6esyBKSEhnzVOPGxfLp69HN9AU2BedSY4Mrc/cmJFFM98/3y16tIRdXRFBYw/WLz2qO"
    "03NgSsZMY63QrmqsEqJxzTykahwykWtYh0b/fH3eSYXQtDDwoA4tbBTHBbSx0Tvu2aL9RdEMvVyyLDd8zY8mqLg4ZbpCYptnTJSW"
    "GobZsLpMSjX46MUpZYUeGM0qy6VgZKz7b3+XlryERyTRlTLccolPCw+mQZlZGMFaT+NmxFMp4lA51lVfHedrY+lrE7bgDvhwd1CD"
    "exUxbFcguG/ePoCH8GilzwzbdmkxS2Vu+tXtyPtlYj4GOzvcWtWR6yP0JJfWz9JgBCy61O+NNB8el0AfnlRcVTCDnf75Tqlp1xB6"
    "7yx0fjA6NB4OmWBpxMqimilgQnDRP/t+8+vg58s9bE2YoHEk0ScjwViuQvNDj+SXjIJ/i15GJORTQ2+wH2zsmkPN+PPsqiKuUjmo"
    "o5/EZvH2nDVtWbl3z+7dnCQf6jPcnm+FMhFPzO4n5kXl5BZbmeBURfKv1Tx1ZM8cHvaW1fB8dfArU1Bhbkkly4+wzcoDn+OPIGSj"
    "OL0mSTxKGZ12iu7hWbfXDYJOMDZyxfjafD9Tmyy6QUS5NP+uwMU9E79xxUNBousgI0LGJOmuYqf/SNuer/4fW5QiTkoBJ478dSdg"
    "Ka3kq/D0Dw1DT0U="
)

# Written when each node was a record, by protocol 4: [x, out, h, r, w] of `test_old_records_load`.
OLD_RECORDS = (
    "eNptUrtOwzAUTR8pqXiIVgwdGBBi6ELFhmBptwxBRUKsKHKJW1vkpcThIVSJhbJ44/I//RQ+gU/gOmmaNm2UyJZz73ldf9R/3mta+jxA"
    "V7ZIIoJJRJxeyB+fXO5PQO5FNBZBRG2XkjF8Q9ccZA2auVi1oTxYNnqBQ2OQtXsywWJZeQWpu+SNRiA1+II7EPhNQRpe4FFfJB6Y/d8M"
    "Jh5JY5RwV3AfEXYmVBAhIoWyclx3eSzU2a5tYwUX1LNtmCEoq0h9mLJ/g9X4xBO0xGpdc24s9Pb/so3UuR8mAliDNZnBmrkstq/K86rC"
    "HjsRGf5BngWuiatkmINOCXyo0ChS42tpVoWigE4JUbaLoCPuccGfKeZkj7nvKG+Hy99BGF97iQvKThF87kgJm2KqiqpuVRXVUYmKnZfQ"
    "iONkaEuf+aZAs3SCY74qQ7W3627ehjQigge+0l4fKRPpQMrUYfCybkRVmfOzMk+qQ+pJTKMY1bAOO7Z0VUviVF2DrEwpHwCytdbYBPFZ"
    "RqdtXNgith2rhrFtTJFdbJls0WVYmuoqXyx2uZnqoovOYJSauGA3qaFqGlGXndLeP7ZaCCg="
)

# Written when every column was by itself, by protocol 4: [w, h, out, x] of `test_old_columns_load`.
OLD_COLUMNS = (
    "eNrtlU+M1FQcx9vdGXfHRZgF/AOIICIOxKAmJiYethUOm2wTmJBhMwfXtrtT9jV0ppO2g2JinIvrgSYeeJ45mXjj6MVsPZh48LBHju5B"
    "CdGDe0BCjDh+X+fX2XlPwnLkQCfffPt5fe/N+33f60y/9PXtZ7X8WuK1dNbtJeFq5LZOd/2Vy4HfWeXprsiLkzDy7MBzL/HrvDafbQ5H"
    "zBs/f9P78Njx39Oy3+n2Ep7uHo1vhy0v5ulkw13FmFTjaTlwr3oRZ9Nf8guc6Wn5gyDseHh48gJP0JROL/f8IPE7GDa16iVukkRi6Fhz"
    "KfDjRLTN2DZ6+InXtm2+RvOdy7/yOrcmv0BLLa2OFrMSBr22mKCCGq54sR3mhSxhMS7KZlOp/glnFVrajIc2S7O03PWhzxtbVLQ59GEr"
    "3SOKH783b333YMNLuPh2TF11ayLSvduRRn7bT/wrHrKwL/mdlqhke5FhN36/3Qvy4ewd5YHbag0f7Hv4hJXzXS9yEz/siElLy2L2tYdN"
    "1A0/zicalSF6oRQ2I5KwJop6Rf2jBCYW/h0MBgIW4ANr0irJ1Y9usq2xcEaR/a+fkt0O0RaPi3OHjJe4pX2GHHuxF8Ui7QPskHUq33d2"
    "FLlvf4r9qKHLYSsvF3dvWnp+V/XEJrF32XtIalZKKnE7LB+L1Zxz07IbRe5Vnu638xs78lbCTpxEvRW8HOI0jXqQYx/0M1jm2VP6hK49"
    "3id/ERirscssECO1x762R6a6z63ps9/qaJ2AJqESVIaegaagaagCiVd/BtoFPQfthvZAVWgW2gvtg/ZDz0MvQC9CL0EHoIPQIehl6DD0"
    "CnQEOgq9Ch2DXoOOQ69DJ6A3oBp0EnqA0zRWcyzWLY6auMSzf55gH0+8xa3qmToS71Z+2rx26w+jcLE1ixf/yr1x8bds6ENuEjeJ68R1"
    "YofYITaJTeI+cZ9YI9YKXiReJG4QN4ibxE3iOnGd2CF2iE1ik7hP3CfWiLWCbxPfI/6V+C7xHeL7xJvEW8Rb2djh+JQiVroYzt8/LDgH"
    "NxTPMtlvGrLfyGT/ypD980z20JDdzmQ/b8huZLK/Zch+JJN9jyH7YF32P+dk/2Vd9o052bN12W/OyX5jvfBHRFxEKkeu7tJT3ol3PMUy"
    "Fz8QBTcVrivsKGwq3FdYU3lR4YbCTYXrCjsKmwr3FdZUvqfwXYXvG+pbr+Rn5hEn+f/98vBf3o3XuFvQ2+wjdo053un/ABb0epE="
)

# A player, a step of backward() and a drawing of x * x at x = 3.
OLD_PICTURES = (
    "eNq1k89v0zAUxzvWtGvZ+M2Bm1UOdIOFVlMRm9aBENIOZRNs3FAVOYmbWEvsyHG6TjAJDoCQfMP8nxz4A3hOujSTEJywFMXP/vrz"
    "3vN7/lj/cd2q5WOsu+oOziQPBPbtNOSndhLhMyK0arwuJt/1+id9Drp6KONIq7Vd89/bfZz/tLJSSZJUj5ZVIyQ0CKU++LWUuer2"
    "ZWyhUqsvsHdyioV/DHaFzbhPtFpxMxpJykDYDIjEUhr/1eV6RFNp1q46DiioJLHj6C/6SKubpcOEeicRZQFQBEklFwROjHV4T63O"
    "bScieAKL3f3nK8VNlJNDda0ExRAVOF1+iwPjc2mmVU2H97+COwkfHgO1O6qNagRAnTno2c9iom4tAhI0ppJOIUXLmVDmG9qNcpsn"
    "6U6cRfozMP8QkIT8sElxVMsTbfKECAyQ8IGyAEZmsKNWsiSVguBYLyKwIu7haMFUqx5nUlA3k5SzynrDJRNzTfu12sVRPJFQ/YrE"
    "KUoYttVatYjpooqWIziXOhyAmAsfjsOlD7BqOyZNSphMQRcOygBTEM4TWFItQWJMmanbCBoIWuju5RbyBT4tqvpyPis9Nx0IP8YS"
    "apVOQdFyCPO4n6utTE42n0IXTWhEGI6hCO05wA6m0FL52qFqejyOIUaYtsFpEjp5/52bLsLsxKfwKK68OtKpapluLXcbMRYBZUDt"
    "2f0nj3p2bzAwIuIHC1Hd5f6Z6RZ10GI99C7CLomGnfdohj4gH0uMtuweDLBMwhfWeQelIU7IUBAPbhRJzuEhJMPODA3RVmfc1upN"
    "i/UrvJy1fYnV/weLZxJosw3D3M6ZD4Hp8KTEbnT+pl6bqzf3EOuDfWwyzI2cUYkZPBN4BSm66FXURxsob1K0ZTJC3cKA3qFTbF7M"
    "Dpqt517+C5WoBhyhntTfMpfYvwE5y8LJ"
)


def unpickled(text):
    return pickle.loads(zlib.decompress(base64.b64decode(text)))


def test_old_graphs_load():
    """A saved model of an earlier version is lost if a name in its pickle has moved."""
    with scope("layer"):
        x, w = Value(2.0, label="x"), Value(-3.0, label="w")
        h = (w * x + 1) ** 2
    out = autograd.leaky_relu(h - 30.0, 0.5) + autograd.pow(x, w)
    out.label = "out"
    out.backward()
    old = unpickled(OLD_GRAPH)
    assert picture(*old) == picture(x, w, h, out)
    assert [node.label for node in old] == ["x", "w", "", "out"]
    old[-1].backward()
    assert (old[0].grad, old[1].grad) == (2 * x.grad, 2 * w.grad)


def test_old_records_load():
    """Of the version whose nodes had attributes, and one leaf made by hand and one under no_grad()."""
    with scope("layer"):
        x, w = Value(2.0, label="x"), Value(-3.0, (), "input")
        h = (w * x + 1) ** 2
    with no_grad():
        r = Value(2.0) * 3
    out = h.tanh() * r + w
    out.backward()
    x2, out2, h2, r2, w2 = old = unpickled(OLD_RECORDS)
    assert [row[:2] + row[3:] for row in picture(*old)] == [
        row[:2] + row[3:] for row in picture(x, out, h, r, w)
    ]
    assert [node._op for node in nodes_of(out2)] == [node._op for node in nodes_of(out)]
    assert (h2.users, x2.momentum, r2.is_result, w2._op) == ([out2], 0.5, True, "input")
    out2.backward()
    assert (x2.grad, w2.grad) == (2 * x.grad, 2 * w.grad)


def test_old_columns_load():
    """Of the version whose graphs, small or large, had a list or an array for each column."""
    with scope("layer"):
        x, w = Value(2.0, label="x"), Value(-0.5, (), "input")
        h = (w * x + 1) ** 2
    node = x
    for _ in range(20):
        node = node * w + x
    out = node.tanh() + h
    out.backward()
    w2, h2, out2, x2 = old = unpickled(OLD_COLUMNS)
    assert [row[:2] + row[3:] for row in picture(*old)] == [
        row[:2] + row[3:] for row in picture(w, h, out, x)
    ]
    assert [node._op for node in nodes_of(out2)] == [node._op for node in nodes_of(out)]
    assert h2.users == [out2]
    out.backward()
    out2.backward()
    assert (x2.grad, w2.grad) == (x.grad, w.grad)


def test_old_explanations_load():
    """Their parts are pickled by the names that they had in one file."""
    x = Value(3.0, label="x")
    old, new = unpickled(OLD_EXPLANATION), autograd.explain(x * x, check=True)
    assert type(old) is autograd.Explanation
    assert str(old) == str(new)
    assert (old.forward, old.steps, old.paths) == (new.forward, new.steps, new.paths)
    assert old._repr_html_() == new._repr_html_()
    assert r"\frac{\partial \mathrm{out}}{\partial x}" in old.latex()  # as it was written then
    check = old.gradients["x"].check
    assert type(check) is type(new.gradients["x"].check)
    assert check.verdict == "agrees"


def test_old_players_steps_and_drawings_load():
    """Broken if a class that `autograd` hands out is not found at the place where it once stood."""
    player, step, drawing = unpickled(OLD_PICTURES)
    assert (player.html, player.steps) == ("<html></html>", 3)
    assert (type(player), type(step)) == (autograd.Player, autograd.BackwardStep)
    assert (step.operand.label, step.contribution) == ("x", 3.0)
    x = Value(3.0, label="x")
    y = x * x
    assert repr(next(autograd.backward_steps(y))) == repr(step)
    assert "{ x | data 3.0000 | grad 3.0000 }" in drawing.source
    assert drawing.further is None and drawing.pipe(format="svg", encoding="utf-8").count('class="node"') == 3


def test_an_operation_that_has_gone_is_named():
    """Broken if the graph loads, with None for an operation."""
    text = pickle.dumps(autograd.sin(Value(1.0))).replace(b"autograd.ops:sin", b"autograd.ops:gon")
    with pytest.raises(ValueError, match=r"needs the operation autograd\.ops:gon, and there is none"):
        pickle.loads(text)


class TestLeaves:
    """They are written with the nodes above them, unless they were written before."""

    def test_of_a_model_are_those_of_all_its_graphs(self):
        weights = [Value(float(i), label=f"w{i}") for i in range(100)]
        graphs = [autograd.dot(weights, [Value(0.5)] * 100).tanh(), autograd.sum(weights) * weights[3]]
        for order in ([weights, *graphs], [*graphs, weights], [graphs[0], weights, graphs[1]]):
            for way in WAYS.values():
                leaves = {node for node in nodes_of(*_flat(way(order))) if not node._prev and node.label}
                assert sorted(leaf.label for leaf in leaves) == sorted(leaf.label for leaf in weights)

    def test_that_were_written_before_are_forgotten_with_their_pickler(self):
        """Broken if the address of a leaf that is gone keeps a new one out of its graph, or the other way."""
        for _ in range(100):
            x = Value(3.0)
            pickle.dumps(x)
            assert pickling._WRITTEN.last_alone() is None
            y = x * Value(2.0)
            y2, x2 = pickle.loads(pickle.dumps([y, x]))
            assert y2._prev[0] is x2

    def test_with_a_symbol_or_of_a_computation_that_no_graph_remembers(self):
        with no_grad():
            result = Value(2.0) * 3
        root = result * Value(4.0, (), "input") + Value(1.0) * Value(5.0, (), "input")
        for way in WAYS.values():
            copies = [node for node in nodes_of(way(root)) if not node._prev]
            assert [(leaf.data, leaf._op, leaf.is_result) for leaf in copies] == [
                *((6.0, "", True), (4.0, "input", False), (1.0, "", False), (5.0, "input", False))
            ]

    def test_may_have_attributes_in_a_graph(self):
        x = Value(2.0)
        y = x * x
        x.momentum, x.above = 0.5, y
        for way in WAYS.values():
            y2 = way(y)
            x2 = y2._prev[0]
            assert (x2.momentum, x2.above) == (0.5, y2)

    def test_a_pickle_inside_another(self):
        """A node that makes a pickle of its own while a larger one is written."""
        x = Value(2.0)
        y = x * 3
        y.inner = _Pickled(x)
        y2, x2 = pickle.loads(pickle.dumps([y, x]))
        assert y2._prev[0] is x2
        assert (y2.inner.data, y2.inner._prev) == (2.0, ())

    def test_outside_of_a_pickle_inside_another_may_lead_back_to_it(self):
        """Broken if the inner graph is written as if its leaf, which is in the outer one, led nowhere."""
        x = Value(2.0)
        a, b = x * 2, x * 3
        x.users = [b]
        _, b2 = pickle.loads(pickle.dumps([a, _Pickled(b)]))
        assert b2._prev[0].users[0] is b2


def _flat(parts):
    return [node for part in parts for node in (part if isinstance(part, list) else [part])]


class _Pickled:
    """An object that is written as the bytes of a Value, and comes back as it."""

    def __init__(self, node):
        self.node = node

    def __reduce__(self):
        return pickle.loads, (pickle.dumps(self.node),)


class TestDeepcopy:
    def test_keeps_what_the_memo_has(self):
        """As in `deepcopy(model, {id(x): x})`: all is new, but for one part, which stays shared."""
        x, y = Value(2.0), Value(3.0)
        part = x * y
        root = part * y
        copied = copy.deepcopy(root, {id(part): part})
        assert copied is not root and copied._prev[0] is part
        assert copied._prev[1] is not y

    def test_a_label_of_the_copy_is_its_own(self):
        x = Value(2.0, label="x")
        other = copy.deepcopy(x * 3)._prev[0]
        other.label = other.scope = "other"
        assert (x.label, x.scope, other.label) == ("x", "", "other")


@pytest.mark.parametrize("way", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_every_node_of_a_chain_in_a_list(way):
    """Broken if the walk below each goes down to the leaves again: 5,000 times 5,000 nodes."""
    chain = [Value(1.0)]
    for _ in range(5_000):
        chain.append(-chain[-1])
    copies = way(chain)
    assert all(node._prev == (operand,) for operand, node in itertools.pairwise(copies))


class TestAttributesThatLeadBack:
    """Attributes may hold any node of the graph, above or below, and their own."""

    @pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
    def test_of_a_leaf_to_its_results(self, again):
        a = Value(1.0)
        z = a * 2
        a.users = [z]
        other = again(z)
        assert other._prev[0].users == [other]
        leaf = again(a)
        assert leaf.users[0]._prev[0] is leaf

    @pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
    def test_of_a_node_to_what_is_above_it_and_to_itself(self, again):
        z = Value(1.0) * 2
        u = z * 3
        z.top, z.me = u, z
        other = again(z)
        assert other.me is other
        assert other.top._prev[0] is other
        other.top.backward()
        assert other._prev[0].grad == 6.0
        above = again(u)
        assert above._prev[0].top is above

    def test_of_many_nodes(self):
        """Broken if a chain through attributes is descended by recursion where there are none."""
        out = Value(1.0)
        for i in range(20_000):
            out = out * 1.0
            out.place = i
        other = copy.deepcopy(out)
        other.backward()
        assert [node.place for node in nodes_of(other) if node._prev] == list(range(20_000))
