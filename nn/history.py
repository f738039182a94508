"""What a training run leaves behind."""

from __future__ import annotations


class History:
    """The numbers of every epoch, by name: 'loss', each metric, those of validation as 'val_...', and 'lr'.

    Attributes:
        records: a list for each name, one entry an epoch.
        stopped: why training ended before its last epoch, also by an error or Ctrl-C; '' if it did not.
        engine: what took the steps, 'jit' or 'eager'; where 'auto' had the choice also why, as in 'eager:
            Dropout(p=0.5) draws random numbers in every step'.

    >>> history = History()
    >>> history.add({"loss": 0.5, "accuracy": 0.75})
    >>> history["loss"], history.epochs
    ([0.5], 1)
    """

    def __init__(self) -> None:
        self.records: dict[str, list[float]] = {}
        self.stopped = ""
        self.engine = "eager"

    def add(self, numbers: dict[str, float]) -> None:
        """Append the numbers of one epoch."""
        for name, number in numbers.items():
            self.records.setdefault(name, []).append(number)

    def put(self, epoch: int, name: str, numbers: list[float]) -> None:
        """Put the numbers of epochs in, from one on, counted from 1; what was there is replaced."""
        self.records.setdefault(name, [])[epoch - 1 :] = numbers

    @property
    def epochs(self) -> int:
        """How many epochs have been trained."""
        return max((len(numbers) for numbers in self.records.values()), default=0)

    @property
    def last(self) -> dict[str, float]:
        """The numbers of the last epoch."""
        return {name: numbers[-1] for name, numbers in self.records.items()}

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.records:
            raise KeyError(f"no {name!r} was recorded; there are {', '.join(self.records) or 'no epochs'}")
        return self.records[name]

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {number:.4g}" for name, number in self.last.items())
        return f"<History of {self.epochs} epochs{': ' if numbers else ''}{numbers}>"
