"""How fast and how small: measured beside micrograd, never asserted. `python -m tests.benchmarks`."""
