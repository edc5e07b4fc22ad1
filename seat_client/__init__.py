"""The seat: one card, one press, one lamp that only says what the seat has verified itself."""
