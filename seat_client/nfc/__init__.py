"""The seat's own reader and cards: frames, the conversation with the chip, cards, and the tray that joins them."""
