"""The exercises of the notebooks: `check("01.1", answer)` says that an answer is right, or gives a hint.

Each notebook has its table in a file of its own, n00.py, n01.py and so on: a dict from the number of an
exercise to an `Exercise`, which says what kind of answer it waits for (`answers.py`) and which hint fits
which mistake. Right answers are computed by the engine when they are asked for.
"""

import pkgutil
from importlib import import_module
from textwrap import fill

from exercises.answers import Exercise
from exercises.reading import is_open

WIDTH = 84  # of a page of the site
TABLES = {
    module.name[1:]: import_module(f"exercises.{module.name}").EXERCISES
    for module in pkgutil.iter_modules(__path__)
    if module.name[1:].isdigit()
}
EXERCISES: dict[str, Exercise] = {
    number: entry for table in TABLES.values() for number, entry in table.items()
}


def check(number, answer):
    """Print whether the answer to an exercise is right, and why; or a hint. `...` asks what is waited for.

    Raises ValueError if there is no exercise of this number.
    """
    for line in verdict(number, answer).splitlines():
        print(fill(line, WIDTH, break_long_words=False, break_on_hyphens=False))


def verdict(number, answer):
    """What `check` prints."""
    exercise = named(number)
    if is_open(answer):
        do = "Replace the dots" if callable(answer) else "Put it in place of the dots"
        return f"Exercise {number} waits for {exercise.answer.wanted}. {do} and run the cell again."
    hint = exercise.hint(answer)
    return f"Not yet: {hint}" if hint else f"Right: {exercise.why}"


def named(number):
    """The exercise of a number such as "01.2"."""
    if number in EXERCISES:
        return EXERCISES[number]
    notebook = str(number)[:2]
    known = (
        f"notebook {notebook} has {', '.join(TABLES[notebook])}"
        if notebook in TABLES
        else f"there are notebooks {', '.join(TABLES)}"
    )
    raise ValueError(
        f"there is no exercise {number!r}: {known}; write the number of the notebook, a point and the exercise"
    )
