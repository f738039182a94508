"""no_grad, detect_anomaly, scopes and labels: each within its block, its thread and nowhere else."""

import asyncio
import copy
import gc
import os
import pickle
import re
import threading
import tracemalloc
from contextlib import ExitStack, suppress
from math import inf

import pytest

import autograd
from autograd import Value, current_scope, detect_anomaly, grad, modes, no_grad, scope, sqrt
from autograd.graph import nodes_of
from autograd.modes import OPEN


@pytest.fixture(autouse=True)
def every_block_is_closed():
    """A block that stays open after its test, or after an error, slows and changes all that follows."""
    assert not OPEN
    yield
    assert not OPEN
    assert modes.current() is modes.PLAIN


class TestNoGrad:
    def test_results_are_leaves(self):
        x = Value(3.0)
        with no_grad():
            results = [
                x * 2,
                x + x,
                x**2,
                -x,
                2 / x,
                x.tanh(),
                autograd.where(x, x, x),
                autograd.maximum(x, 1.0),
            ]
            results += autograd.softmax([x, x])
        assert all(result._prev == () and result._op == "" for result in results)
        assert [result.data for result in results[:3]] == [6.0, 6.0, 9.0]
        results[0].backward()
        assert x.grad == 0.0
        assert (x * 2)._prev != ()

    def test_as_a_decorator(self):
        @no_grad()
        def predict(x, *, scale=1.0):
            """The docstring."""
            return x * scale

        for _ in range(2):
            assert predict(Value(2.0), scale=3.0)._prev == ()
        assert (predict.__name__, predict.__doc__) == ("predict", "The docstring.")

    def test_a_decorated_function_may_call_itself(self):
        @no_grad()
        def power(x, n):
            return x if n == 1 else x * power(x, n - 1)

        assert power(Value(2.0), 5).data == 32.0

    def test_nests(self):
        x = Value(3.0)
        with no_grad():
            with no_grad():
                pass
            assert (x * x)._prev == ()
        assert (x * x)._prev == (x, x)

    def test_one_block_can_be_open_twice_and_again_later(self):
        block = no_grad()
        for _ in range(2):
            with block:
                with block:
                    assert (Value(1.0) * 2)._prev == ()
                assert (Value(1.0) * 2)._prev == ()
            assert (Value(1.0) * 2)._prev != ()

    def test_leaves_nothing_to_the_garbage_collector(self):
        """Evaluating in a loop, with layers and their scopes inside."""
        gc.collect()
        gc.disable()
        try:
            for _ in range(20):
                with no_grad(), scope("layer"), scope("neuron"):
                    Value(1.0) * 2
            assert gc.collect() == 0
        finally:
            gc.enable()

    def test_an_exception_ends_the_block(self):
        with pytest.raises(KeyError), no_grad(), scope("a"), detect_anomaly():
            raise KeyError
        assert (Value(1.0) * 2)._prev != ()

    def test_does_not_leak_into_other_threads(self):
        """A server that evaluates in one thread while another one trains."""
        x, seen = Value(3.0), {}
        inside, done = threading.Event(), threading.Event()

        def evaluate():
            with no_grad(), scope("evaluation"):
                inside.set()
                done.wait(10)
                seen["evaluate"] = x * x

        thread = threading.Thread(target=evaluate)
        thread.start()
        assert inside.wait(10)
        seen["train"] = x * x
        done.set()
        thread.join()
        assert seen["train"]._prev == (x, x)
        assert seen["train"].scope == ""
        assert seen["evaluate"]._prev == ()
        assert seen["evaluate"].scope == "evaluation"

    def test_does_not_leak_into_other_tasks(self):
        async def in_a_block(mode, results):
            with mode:
                await asyncio.sleep(0)
                results.append(Value(1.0) * 2)
                await asyncio.sleep(0)

        async def both():
            quiet, recorded = [], []
            await asyncio.gather(in_a_block(no_grad(), quiet), in_a_block(scope("s"), recorded))
            return quiet[0], recorded[0]

        quiet, recorded = asyncio.run(both())
        assert (quiet._prev, quiet.scope) == ((), "")
        assert (len(recorded._prev), recorded.scope) == (2, "s")

    def test_transforms_work_inside_and_leave_no_graph(self):
        """A gradient needs a graph of its own call, whatever holds outside; its result does not."""
        with no_grad():
            assert autograd.grad(lambda x: x**3)(2.0) == 12.0
            result = autograd.grad(lambda x: x**3)(Value(2.0))
            assert (result.data, result._prev) == (12.0, ())
            value, slope = autograd.value_and_grad(lambda x: x**3)(Value(2.0))
            assert (value._prev, slope._prev) == ((), ())
            assert autograd.hessian(lambda x: x**3)(2.0) == 12.0
            assert (Value(2.0) * 2)._prev == ()

    def test_inside_a_function_that_is_differentiated(self):
        def f(x):
            with no_grad():
                constant = x * x
            return constant * x

        assert autograd.grad(f)(3.0) == 9.0

    @pytest.mark.parametrize(
        "compute",
        [
            lambda x: x * 2,
            lambda x: +x,
            lambda x: x.detach(),
            lambda x: x.tanh(),
            lambda x: autograd.sum([x, x]),
            lambda x: autograd.mean([x]),
            lambda x: autograd.dot([x], [2.0]),
            lambda x: autograd.where(x, x, 1.0),
            lambda x: Value(6.0, (x, x), "+"),
            lambda x: grad(lambda y: y * y)(x),
            lambda x: autograd.operation(lambda x, out: 1.0)(lambda x: x)(x),
        ],
    )
    def test_a_result_is_told_from_a_leaf_that_the_user_made(self, compute):
        """Broken if a module that keeps a result of its own takes it for a parameter."""
        x = Value(3.0)
        with no_grad():
            made, result = Value(3.0), compute(x)
        assert result.is_result and result._prev == () and result._op == ""
        assert not made.is_result and not x.is_result and (x * 2).is_result
        for clone in (copy.copy, copy.deepcopy, lambda node: pickle.loads(pickle.dumps(node))):
            assert clone(result).is_result and not clone(made).is_result
            assert clone(result).data == result.data

    def test_leaves_made_inside_can_be_trained_outside(self):
        with no_grad():
            w = Value(2.0)
        (w * w).backward()
        assert w.grad == 4.0


class TestDetectAnomaly:
    @pytest.mark.parametrize(
        ("compute", "said"),
        [
            (lambda x, y: x.log(), "log made -inf from x=0.0"),
            (lambda x, y: y / x, "div made -inf from y=-1.0 and x=0.0"),
            (lambda x, y: y.sqrt(), "sqrt made nan from y=-1.0"),
            (lambda x, y: (y * -1000).exp(), "exp made inf from 1000.0"),
            (lambda x, y: x**-1, "pow made inf from x=0.0"),
            (lambda x, y: x * inf, "mul made nan from x=0.0 and inf"),
            (lambda x, y: autograd.atan2(y, float("nan")), "atan2 made nan from y=-1.0 and nan"),
        ],
    )
    def test_the_forward_pass_names_operation_operands_and_line(self, compute, said):
        x, y = Value(0.0, label="x"), Value(-1.0, label="y")
        with (
            pytest.raises(FloatingPointError, match=rf"^{re.escape(said)}, at .*test_modes\.py:\d+ in "),
            detect_anomaly(),
        ):
            compute(x, y)

    def test_the_line_is_the_users(self):
        """A line within the package would say where the engine is, not where the mistake is."""
        x = Value(0.0)
        with detect_anomaly(), pytest.raises(FloatingPointError) as error:
            autograd.logsumexp([x, x]) * autograd.sum([x.log()])
        expected = f"{__file__}:{error.traceback[0].lineno + 1} in test_the_line_is_the_users"
        assert str(error.value).endswith(expected)

    def test_a_folder_whose_name_begins_like_the_package_is_not_the_package(self, tmp_path):
        """autograd_examples.py beside autograd/ is the user's own."""
        path = os.path.join(os.path.dirname(autograd.__file__) + "_examples.py")
        code = compile("from autograd import Value\nValue(0.0).log()\n", path, "exec")
        with detect_anomaly(), pytest.raises(FloatingPointError, match=re.escape(f"{path}:2 in <module>")):
            exec(code, {})

    def test_the_scope_is_named(self):
        with (
            detect_anomaly(),
            scope("layer 1"),
            pytest.raises(FloatingPointError, match=r"from 0\.0 in layer 1, at "),
        ):
            Value(0.0).log()

    def test_finite_numbers_pass(self):
        x = Value(3.0)
        with detect_anomaly():
            y = autograd.where(autograd.greater(x, 0), x, -x) ** 2 / x
            y.backward()
        assert x.grad == 1.0

    def test_the_backward_pass_names_upstream_and_local_derivative(self):
        x = Value(0.0, label="x")
        with detect_anomaly():
            y = x.sqrt() * 3
            with pytest.raises(FloatingPointError) as error:
                y.backward()
        said, _, line = str(error.value).partition(", at ")
        assert said == (
            "the gradient of x=0.0 became inf in the backward pass of sqrt: upstream 3.0 * local inf"
        )
        assert "test_modes.py" in line

    def test_gradients_of_leaves_are_as_before_after_an_error(self):
        """A step that is skipped after the error must not carry half a gradient into the next."""
        x, w = Value(0.0), Value(2.0)
        (w * 5).backward()
        loss = x.sqrt() + w * w
        with detect_anomaly(), pytest.raises(FloatingPointError):
            loss.backward()
        assert (x.grad, w.grad) == (0.0, 5.0)

    def test_a_node_built_outside_says_so(self):
        x = Value(0.0)
        y = x.sqrt()
        with detect_anomaly(), pytest.raises(FloatingPointError, match="built outside detect_anomaly"):
            y.backward()

    def test_gradients_are_those_of_the_plain_pass(self):
        def compute():
            x, y = Value(1.5), Value(-0.5)
            root = ((x * y).sin() + x / y) * (x * y).exp() ** 2
            return x, y, root

        x, y, root = compute()
        root.backward()
        with detect_anomaly():
            a, b, watched = compute()
            watched.backward()
        assert (a.grad, b.grad, watched.data) == (x.grad, y.grad, root.data)

    def test_works_under_no_grad(self):
        with no_grad(), detect_anomaly(), pytest.raises(FloatingPointError, match="log made -inf"):
            Value(0.0).log()
        with detect_anomaly(), no_grad(), pytest.raises(FloatingPointError, match="log made -inf"):
            autograd.dot([Value(1.0)], [Value(0.0).log()])

    def test_intermediate_infinities_of_a_partial_are_not_the_users(self):
        """The local derivative of x / 0 is computed by the engine; the finite result is what counts."""
        x = Value(0.0)
        with detect_anomaly():
            y = x.sqrt()  # its derivative is 0.5 / 0
        assert y.data == 0.0

    def test_infinities_that_are_meant_pass(self):
        """Scores of -inf, which a softmax leaves out, are healthy in both passes."""
        x, mask = Value(1.0), Value(-inf)
        with detect_anomaly(inf=False):
            probabilities = autograd.softmax([x, x * 2 + mask])
            (probabilities[0] + probabilities[1] * x).backward()
            root = Value(0.0, label="z")
            (root.sqrt() * 2).backward()
        assert [p.data for p in probabilities] == [1.0, 0.0] and x.grad == 0.0 and root.grad == inf
        with detect_anomaly(), pytest.raises(FloatingPointError, match=r"add made -inf from 2\.0 and -inf"):
            x * 2 + mask

    def test_a_nan_is_found_where_infinities_are_meant(self):
        x = Value(-inf, label="x")
        with detect_anomaly(inf=False):
            with pytest.raises(FloatingPointError, match=r"^sub made nan from x=-inf and x=-inf, at"):
                x - x
            y = Value(0.0, label="y")
            root = y.sqrt() * 0.0
            with pytest.raises(FloatingPointError) as error:
                root.backward()
        said = "the gradient of y=0.0 became nan in the backward pass of sqrt: upstream 0.0 * local inf, at "
        assert str(error.value).startswith(said) and y.grad == 0.0

    def test_nested_blocks_have_each_their_own_eyes(self):
        x = Value(0.0)
        with detect_anomaly(), detect_anomaly(inf=False):
            assert x.log().data == -inf
        with detect_anomaly(inf=False), detect_anomaly(), pytest.raises(FloatingPointError):
            x.log()

    @pytest.mark.parametrize("given", ["no", None, 0])
    def test_whether_infinities_count_is_true_or_false(self, given):
        with pytest.raises(TypeError, match=f"inf is True or False, got {given!r}"):
            detect_anomaly(inf=given)

    def test_as_a_decorator(self):
        @detect_anomaly()
        def f(x):
            return x.log()

        with pytest.raises(FloatingPointError):
            f(Value(0.0))
        assert f(Value(1.0)).data == 0.0


class TestScope:
    def test_nodes_carry_the_path(self):
        x = Value(2.0)
        with scope("layer 1"):
            y = x * x
            with scope("neuron 2"):
                z = y.tanh() + 1
            w = z + y
        outside = w * 2
        assert [node.scope for node in (x, y, z, w, outside)] == [
            "",
            "layer 1",
            "layer 1/neuron 2",
            "layer 1",
            "",
        ]
        assert {node.scope for node in nodes_of(z)} == {"", "layer 1", "layer 1/neuron 2"}

    def test_leaves_and_constants_carry_it_too(self):
        with scope("s"):
            assert Value(1.0).scope == "s"
            assert (Value(1.0) * 2)._prev[1].scope == "s"

    def test_is_kept_by_the_other_modes(self):
        with scope("a"):
            with no_grad():
                assert Value(1.0).scope == "a"
                with scope("b"):
                    node = Value(1.0) * 2
                    assert (node.scope, node._prev) == ("a/b", ())
            with detect_anomaly(), scope("c"):
                assert (Value(1.0) * 2).scope == "a/c"
            assert Value(1.0).scope == "a"

    def test_an_exception_restores_the_path(self):
        with scope("a"):
            with pytest.raises(KeyError), scope("b"):
                raise KeyError
            assert Value(1.0).scope == "a"
        assert Value(1.0).scope == ""

    def test_as_a_decorator(self):
        @scope("f")
        def f(x):
            return x * x

        assert f(Value(1.0)).scope == "f"

    def test_labels_and_scopes_together(self):
        with scope("a"):
            x = Value(1.0, label="x")
        assert (x.label, x.scope) == ("x", "a")

    def test_the_current_scope_is_that_of_new_nodes(self):
        """Whoever names things by their place would otherwise have to build a node to ask it."""

        def both():
            assert current_scope() == Value(1.0).scope
            return current_scope()

        assert both() == ""
        with scope("a"):
            with scope("b"), no_grad(), detect_anomaly():
                assert both() == "a/b"
            assert autograd.each_in_scope("c", [lambda x: both()] * 2, 0.0) == ["a/c 1", "a/c 2"]
            assert both() == "a"
        with no_grad():
            assert both() == ""

    @pytest.mark.parametrize("wrong", ["", None, 3, ("a",)])
    def test_a_name_is_a_string_that_is_not_empty(self, wrong):
        with pytest.raises(TypeError, match=r"a scope's name is a string|str object expected"):
            scope(wrong)

    def test_threads_have_their_own(self):
        paths, barrier = {}, threading.Barrier(4)

        def work(name):
            with scope(name):
                barrier.wait(10)
                for i in range(200):
                    with scope(str(i)):
                        paths[name, i] = (Value(1.0) * 2).scope

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert paths == {(name, i): f"{name}/{i}" for name in "abcd" for i in range(200)}

    def test_each_in_scope_survives_blocks_that_are_left_open(self):
        def leave_open(x):
            no_grad().__enter__()
            scope("left").__enter__()
            return x * 2

        x = Value(3.0)
        with scope("net"):
            _, *others = autograd.each_in_scope("n", [leave_open, lambda x: x * 3, lambda x: x * 4], x)
            after = x * 5
        assert [y.scope for y in (*others, after)] == ["net/n 2", "net/n 3", "net"]
        assert all(y._prev for y in (*others, after))
        for _ in range(2):  # what was left open is counted still
            OPEN.pop()

    def test_each_in_scope_leaves_the_calls_to_a_function(self):
        triple, square = (lambda x: x * 3), (lambda x: x * x)
        called = []

        def call(function, x):
            called.append(function)
            return function(x)

        made = autograd.each_in_scope("n", [triple, square], Value(2.0), call)
        assert called == [triple, square]
        assert [(y.data, y.scope) for y in made] == [(6.0, "n 1"), (4.0, "n 2")]

    def test_tasks_that_outlive_their_scope_are_in_the_one_around(self):
        x, found = Value(3.0), []

        async def later():
            await asyncio.sleep(0)
            found.append((x * 2).scope)

        async def network():
            with scope("net"):
                tasks = autograd.each_in_scope("n", [lambda x: asyncio.ensure_future(later())] * 3, x)
                found.append((x * 2).scope)
                await asyncio.gather(*tasks)

        asyncio.run(network())
        assert found == ["net"] * 4

    def test_names_that_never_come_back_do_not_pile_up(self):
        """`with scope(f"step {i}")` in a training loop."""

        def run(start, count):
            for i in range(start, start + count):
                with scope(f"step {i}"), scope("layer"):
                    Value(1.0) * 2

        run(0, 3000)
        assert len(modes.PLAIN.scopes) <= 1000
        tracemalloc.start()
        try:
            run(3000, 1000)
            before = tracemalloc.get_traced_memory()[0]
            run(4000, 5000)
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert grown < 500_000, "bytes; 5000 scopes that stay would be more than 2 million"

    def test_deep_nesting(self):
        with ExitStack() as stack:
            for i in range(500):
                stack.enter_context(scope(str(i)))
            assert Value(1.0).scope == "/".join(map(str, range(500)))


def test_a_failed_transform_closes_its_blocks():
    """grad of a wrong argument must not leave recording switched on, or every later result a Value."""
    for f, at in [
        (lambda x: x, "abc"),
        (lambda x: [x], 1.0),
        (lambda x: 1 / 0, 1.0),
        (lambda x: x, [1.0, None]),
        (lambda x: "abc", 1.0),
    ]:
        for transform in (autograd.grad, autograd.jacobian, autograd.hessian, autograd.value_and_grad):
            with suppress(TypeError, ZeroDivisionError):
                transform(f)(at)
        with pytest.raises((TypeError, ZeroDivisionError)):
            autograd.grad(f)(at)
    with detect_anomaly(), pytest.raises(FloatingPointError):
        autograd.grad(lambda x: x)(Value(inf))
    assert type(autograd.grad(lambda x: x * x)(3.0)) is float
    with no_grad():
        assert (Value(1.0) * 2)._prev == ()


def test_detect_anomaly_watches_the_gradients_of_transforms_too():
    """Broken if grad() inside detect_anomaly() hands an infinite gradient on in silence."""
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match=r"upstream 1.0 \* local inf"),
    ):
        grad(sqrt)(0.0)
