"""What each kind of record means: for each a `judge` (does it take effect, else the void reason) and an `apply`.

`judge` changes nothing and returns an empty string or a void reason of `docs/protocol.md` section 7.4; `apply` changes
the state and is called only after `judge` said yes. `protocol/sitting.py` holds the table.
"""
