"""What the screens of the console list, as plain rows of words: pure, so that all of it is tested without a terminal.

Each module makes of (snapshot, words, width) a `Table` and the lines above and below it. Texts are as the log holds
them; they are made safe and cut where they are written, in `table.py`.
"""
