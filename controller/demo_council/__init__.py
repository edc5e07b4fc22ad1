"""The bundled council of `chamber demo`: an invented assembly as data, and what makes any number of seats of it."""
