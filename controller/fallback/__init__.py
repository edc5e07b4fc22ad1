"""Sheets of paper beside a sitting: what a council goes on with when the system fails, one module a kind of sheet.

Each is a file of HTML for printing on A4: no script, nothing from the network, black on white.
"""
