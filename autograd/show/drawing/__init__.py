"""Computation graphs as pictures, drawn by Graphviz."""
