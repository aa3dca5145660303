"""Indices of states and pairs: one concept per file, names in `registry`."""
