"""The law as data: one TOML file a country, read by `protocol/law_reading.py`.

Every rule carries the law's own words, its citation, how sure that is, and worked examples that are run at every
load. `docs/rules/` is made from these files; a correction belongs here.
"""
