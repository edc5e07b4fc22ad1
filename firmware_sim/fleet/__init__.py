"""The fleet: real seats in one process (`seats`), on hardware of software or simulated hardware (`kit`)."""
