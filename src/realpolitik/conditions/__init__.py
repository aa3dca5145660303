"""From panel columns and measures to what the theories are given."""
