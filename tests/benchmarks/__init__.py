"""How fast and how small: measured beside other engines, never asserted. `python -m tests.benchmarks`."""
