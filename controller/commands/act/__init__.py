"""`chamber act`: every procedure of a sitting as a verb, grouped by who acts."""

from controller.commands.act.group import act

__all__ = ["act"]
