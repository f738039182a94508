"""The table of operations read as programs: a recorded graph, flattened, computed again by several means."""
