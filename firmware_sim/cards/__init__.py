"""Contactless cards as state machines, from the RF frame up to the application."""
