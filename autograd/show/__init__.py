"""Computation graphs drawn and explained."""
