"""The table of operations read as words: formulas, LaTeX, names and numbers."""
