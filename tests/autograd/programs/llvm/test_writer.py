"""The writer of IR, where operations and functions do not show whether it is right."""

import pytest

from autograd.programs.llvm.writer import Writer


def test_a_function_from_outside_is_called_once_for_each_lane():
    writer = Writer(lanes=2)
    result = writer.call_lane_by_lane("libm.exp", 1234, "%x")
    assert [line.split(" = ")[1].split()[0] for line in writer.lines] == [
        "extractelement", "call", "insertelement", "extractelement", "call", "insertelement"
    ]  # fmt: skip
    assert writer.lines[-1].startswith(f"{result} = ")
    assert writer.symbols == {"libm.exp": 1234}
    assert writer.declarations == {"declare double @libm.exp(double)"}


def test_every_result_has_a_name_of_its_own():
    """Broken if two lines write one name, which is no single assignment."""
    writer = Writer(4)
    x = writer.add("%x", 1.0)
    writer.where_any(writer.compare("<", x, 0.0), lambda: writer.neg(x), x)
    names = [line.split(" = ")[0] for line in writer.lines if " = " in line]
    assert len(set(names)) == len(names) == 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "one lane or more, got 0"), ((1, "fast"), "math is 'own' or 'libm', got 'fast'")],
)
def test_what_is_no_writer_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Writer(*arguments)
