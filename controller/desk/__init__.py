"""What consoles and screens are told: documents composed from the log's state, sent in signed parts, read again.

documents   their members, as plain data
codec       data classes to JSON and back
compose     the state of a log to documents: pure
parts       a document to signed messages, and messages to a document: pure
publisher   beside a running controller: sends what has changed, a few times a second
reader      at a console or a screen: the newest of each document
"""
