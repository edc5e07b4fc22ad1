"""`chamber rehearse`: a prepared sitting walked before its day (`walk`), and the signed report of it (`report`)."""
