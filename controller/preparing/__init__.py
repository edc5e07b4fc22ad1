"""`chamber prepare`: a sitting's file, its roster, documents, rules and votes, read and checked before the day.

`preparation.prepare` collects every problem instead of stopping at the first (`problems`). The file's form stands in
`sitting_toml`, tables of people in `roster_csv` with what is wrong with names in `name_checks`; the other files each
check one part.
"""
