"""Machine code: compiled, loaded, kept on disk."""

import ctypes
import os
import threading

import pytest

from autograd.programs.llvm import cache, machine
from autograd.programs.llvm.machine import compiled

TWICE = "define double @twice(double %x) {\n %y = fadd double %x, %x\n ret double %y\n}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for thread in threading.enumerate():
        if thread.name == "autograd compiles":  # for a test before, and would leave its code here
            thread.join()
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


def call(loaded, name, *numbers):
    kind = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_double] * len(numbers))
    return kind(loaded.address(name))(*numbers)


def entries(folder):
    return list(folder.glob("*")) if folder.exists() else []


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_code_of_every_level_runs(level):
    loaded = compiled(TWICE, level)
    assert call(loaded, "twice", 1.5) == 3.0
    assert set(loaded.seconds) == {"parse", "emit", "load"} | ({"optimise"} if level else set())
    assert 0 < loaded.size < 1000
    assert "twice" in loaded.assembly


def test_the_second_time_the_code_is_read_from_disk(folder):
    compiled(TWICE)
    loaded = compiled(TWICE)
    assert call(loaded, "twice", 1.5) == 3.0
    assert set(loaded.seconds) == {"read", "load"}
    assert len(entries(folder)) == 1, "and nothing else is left behind"
    assert "twice" in loaded.assembly, "which is made when it is asked for"


@pytest.mark.parametrize(
    "harm", [lambda kept: kept[:-1], lambda kept: kept[:100] + b"!" + kept[101:], lambda _: b""]
)
def test_a_damaged_entry_is_compiled_anew(folder, harm):
    """Broken if a truncated or changed file is run."""
    compiled(TWICE)
    [entry] = entries(folder)
    whole = entry.read_bytes()
    entry.write_bytes(harm(whole))
    loaded = compiled(TWICE)
    assert call(loaded, "twice", 1.5) == 3.0
    assert "emit" in loaded.seconds
    assert entry.read_bytes() == whole


def test_another_text_level_processor_or_version_is_another_entry(folder, monkeypatch):
    """Broken if code could be used that was made for something else."""
    compiled(TWICE)
    compiled(TWICE.replace("fadd", "fmul"))
    compiled(TWICE, 1)
    environment = machine._environment()
    for place in range(len(environment)):
        changed = (*environment[:place], "other", *environment[place + 1 :])
        monkeypatch.setattr(machine, "_environment", lambda changed=changed: changed)
        compiled(TWICE)
    assert len(entries(folder)) == 3 + len(environment)


@pytest.mark.parametrize("off", ["off", "OFF", ""])
def test_the_cache_can_be_switched_off(folder, monkeypatch, off):
    monkeypatch.setenv(cache.VARIABLE, off)
    assert cache.folder() is None
    assert call(compiled(TWICE), "twice", 1.5) == 3.0
    assert "emit" in compiled(TWICE).seconds


@pytest.mark.parametrize(
    ("platform", "variables", "end"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/autograd"),
        ("linux", {}, "/.cache/autograd"),
        ("darwin", {}, "/Library/Caches/autograd"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/autograd/Cache"),
        ("win32", {}, "/AppData/Local/autograd/Cache"),
    ],
)
def test_the_folder_is_the_platforms_own(monkeypatch, platform, variables, end):
    for name in (cache.VARIABLE, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cache.sys, "platform", platform)
    assert cache.folder().as_posix().endswith(end)


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "folder"))
    assert call(compiled(TWICE), "twice", 1.5) == 3.0


def test_beyond_the_largest_size_the_oldest_entries_go(folder, monkeypatch):
    monkeypatch.setattr(cache, "LARGEST", 350)
    for name in ("a", "b", "c"):
        cache.write(name, bytes(68))  # and 32 of the checksum
        entry = folder / f"{name}.o"
        os.utime(entry, (ord(name), ord(name)))
    cache.read("a")
    cache.write("d", bytes(68))
    assert {entry.stem for entry in entries(folder)} == {"a", "c", "d"}


def test_functions_outside_are_found_by_their_names():
    """Broken if the address were part of the code that is kept."""
    kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
    ir = (
        "declare double @{0}(double)\n"
        "define double @f(double %x) {{\n %y = call double @{0}(double %x)\n ret double %y\n}}"
    )
    for name, function in (("test.first", lambda x: x + 1), ("test.second", lambda x: x * 10)):
        called = kind(function)
        address = ctypes.cast(called, ctypes.c_void_p).value
        for _ in range(2):  # compiled, then from disk
            assert call(compiled(ir.format(name), symbols={name: address}), "f", 2.0) == function(2.0)


def test_a_text_that_is_no_ir_is_an_error():
    with pytest.raises(RuntimeError, match="expected"):
        compiled("define nothing")


def test_a_function_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="'half'"):
        compiled(TWICE).address("half")


def test_several_threads_compile_at_once(monkeypatch):
    monkeypatch.setenv(cache.VARIABLE, "off")
    found = {}

    def work(number):
        text = TWICE.replace("%x, %x", f"%x, {float(number):e}").replace("twice", f"plus.{number}")
        found[number] = call(compiled(text), f"plus.{number}", 1.0)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: 1.0 + number for number in range(8)}
