"""The plain mode of a console: numbered lines in and out, for screen readers and braille; no drawing, no cursor moves.

news        what has happened between two moments, a line each: pure
answers     what a question about the sitting is answered: pure
dialogue    what a typed line does: a table of states, pure
session     the loop: lines of a person and the controller's news in, lines out
"""
