"""The exercises of the notebooks: `check("01.1", answer)` says that an answer is right, or gives a hint.

Each notebook has its table in a file of its own, n00.py, n01.py and so on: a dict from the number of an
exercise to an `Exercise`, which says what kind of answer it waits for (`answers.py`) and which hint fits which
mistake. Right answers are computed by the engine when they are asked for.
"""

import pkgutil
from importlib import import_module

from exercises.answers import Exercise, is_open

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
    print(verdict(number, answer))


def verdict(number, answer):
    """What `check` prints."""
    exercise = named(number)
    if is_open(answer):
        return f"Exercise {number} waits for {exercise.answer.wanted}. Put it in place of the dots and run the cell again."
    hint = exercise.hint(answer)
    return f"Not yet: {hint}" if hint else f"Right: {exercise.why}"


def named(number):
    """The exercise of a number such as "01.2"."""
    if number in EXERCISES:
        return EXERCISES[number]
    table = TABLES.get(str(number)[:2])
    known = (
        f"notebook {str(number)[:2]} has {', '.join(table)}"
        if table
        else f"there are notebooks {', '.join(TABLES)}"
    )
    raise ValueError(
        f"there is no exercise {number!r}: {known}; write the number of the notebook, a point and the exercise"
    )
