"""The seat map: where seats stand (`plan`), which cell each gets (`layout`, `sectors`), what it shows (`marks`),
one line of it (`strips`), and the widget that moves a cursor over it (`widget`).
"""
