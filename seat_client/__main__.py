"""`python -m seat_client`: the same as `chamber-seat`."""

from seat_client.cli import main

main()
