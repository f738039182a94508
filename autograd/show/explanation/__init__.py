"""The chain rule of a graph as a person writes it: as text, LaTeX and tables."""
