"""Simulated seat hardware and simulated members; its `__main__` starts real seats on it."""
