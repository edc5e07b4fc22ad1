"""The seat's own buttons and lamps: debouncing, light patterns, and the pins of a Raspberry Pi."""
