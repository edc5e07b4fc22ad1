"""What everyone must agree on: records, the log, what a log means, how it is checked.

Pure: no I/O, no clock, no randomness, no logging; it imports nothing of ours. Start reading at `records.py`, then
`sitting.py`.
"""
