"""The MQTT door: one interface (`bus.py`), an embedded broker and an outer one behind it (`broker.py` opens either).

`codec`, `topics`, `session` and `exchange` are pure; `embedded_*` carry sockets; `outer_broker` is a client of somebody
else's broker.
"""
