"""The firmware of a PN532 on a serial line, simulated: frames, commands, RF field, faults. Nothing here waits."""
