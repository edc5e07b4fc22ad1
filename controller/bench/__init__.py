"""`chamber bench`: this machine's figures, each beside the physical limit that was measured in the same run.

`chamber.py` is a chamber without a wire, `rows_*.py` measure, `process_*.py` run as processes of their own, `rows.py`
says what a row is, `run.py` puts the run together.

Rules. Both sides of a ratio use the same load, the same client and the same disk, and take turns. A figure is the
median of its rounds. Nothing sleeps.
"""
