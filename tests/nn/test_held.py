"""What things hold: every change that a program would not notice by itself is seen, and can be undone."""

import gc
import weakref
from collections import deque
from decimal import Decimal

import pytest

import nn
from autograd import Value
from nn.held import Held, snapshot

numpy = pytest.importorskip("numpy")


class Slotted:
    __slots__ = ("number",)

    def __init__(self):
        self.number = 1.0


class Holder(nn.Module):
    def __init__(self):
        self.layer = nn.Layer(2, 2, seed=0)
        self.rate = 0.0
        self.exact = numpy.float64(0.5)
        self.price = Decimal("0.5")
        self.table = numpy.array([1.0, 2.0])
        self.queue = deque([1, 2])
        self.names = {"a": [1, 2]}
        self.slotted = Slotted()
        self.function = lambda z: z
        self.fixed = Value(1.0)


CHANGES = {
    "a setting": lambda held: vars(held).update(rate=1.0),
    "the sign of zero": lambda held: vars(held).update(rate=-0.0),
    "a float of numpy": lambda held: vars(held).update(exact=numpy.float64(0.25)),
    "a number without attributes": lambda held: vars(held).update(price=Decimal("0.25")),
    "an array's number": lambda held: held.table.__setitem__(0, 3.0),
    "an array's shape": lambda held: vars(held).update(table=held.table.reshape(1, 2)),
    "a queue": lambda held: held.queue.append(3),
    "a list in a dict": lambda held: held.names["a"].append(3),
    "a key": lambda held: held.names.update(b=1),
    "a slot": lambda held: setattr(held.slotted, "number", 2.0),
    "a function": lambda held: vars(held).update(function=lambda z: z),
    "a Value": lambda held: vars(held).update(fixed=Value(1.0)),
    "the order of neurons": lambda held: held.layer.neurons.reverse(),
    "an attribute": lambda held: vars(held).update(new=None),
    "the mode": lambda held: held.eval(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen(change):
    thing = Holder()
    held, before = Held(thing), snapshot(thing)
    assert not held.changed() and snapshot(thing) == before
    change(thing)
    assert held.changed() and snapshot(thing) != before


def test_numbers_in_values_and_the_record_of_a_training_are_no_change():
    model = Holder().layer.train()
    held = Held(model)
    for parameter in model.parameters():
        parameter.data += 1.0
    model.history = nn.fit(model, [[1.0, 2.0]], [[1.0, 2.0]], loss="mse", epochs=1, progress=False)
    assert not held.changed()


@pytest.mark.parametrize(
    "name", ["a setting", "a list in a dict", "a key", "the order of neurons", "an attribute", "the mode"]
)
def test_lists_dicts_and_attributes_are_put_back(name):
    thing = Holder()
    held = Held(thing)
    CHANGES[name](thing)
    assert held.changed()
    held.restore()
    assert not held.changed()


def test_a_snapshot_keeps_nothing_alive_but_values():
    thing = Holder()
    thing.itself = thing
    found, gone = snapshot(thing), weakref.ref(thing)
    del thing
    gc.collect()
    assert found and gone() is None


def test_an_object_in_the_place_of_another_is_another():
    class Part:
        pass

    holder = [Part()]
    before = snapshot(holder)
    for _ in range(20):  # most likely at the same address
        holder[0] = None
        holder[0] = Part()
        assert snapshot(holder) != before and before != snapshot(holder)
