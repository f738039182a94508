"""All comparisons, under the names that the command line takes."""

from __future__ import annotations

from tests.benchmarks.by_hand import BY_HAND
from tests.benchmarks.comparison import Comparison
from tests.benchmarks.habits import HABITS
from tests.benchmarks.inspection import INSPECTION
from tests.benchmarks.networks import INFERENCE, TRAINING
from tests.benchmarks.operations import OPERATIONS
from tests.benchmarks.transforms import LARGE, SMALL
from tests.benchmarks.upkeep import COPIES, FILES

COMPARISONS: dict[str, Comparison] = {
    "operations": OPERATIONS,
    "by_hand": BY_HAND,
    "inference": INFERENCE,
    "training": TRAINING,
    "transforms": LARGE,
    "small": SMALL,
    "copies": COPIES,
    "files": FILES,
    "inspection": INSPECTION,
    "habits": HABITS,
}
