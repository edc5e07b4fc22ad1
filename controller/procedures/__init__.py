"""The procedures of a sitting as acts of officers: what is sent for each verb of `chamber act`, and in what order.

Every procedure is a function of an `OfficerClient` (and, where it needs to know the log, a `LogView`). It hands over
blobs before the record that quotes them, waits for the receipt, and returns the hash of the record that stands in the
log then. What the log shows to be out of order before anything is sent raises `OutOfOrder`; what the controller refuses
raises `ActRefused`. Each subject has its file:

    sitting      roster, agenda, opening and closing, who presides, quorum, minutes, notes
    items        items, decisions, block decisions
    votes        a vote from arming to voiding and repeating, by who presides
    entries      what the secretary enters on a vote
    people       presence, recusal, sessions, devices, and the floor
    roster       who comes into a roster in mid-sitting
    texts        texts that can be withheld
    line         officers on the line beside a running controller
    log_view     the log as the store holds it; status_view, legal and refusal_words tell people what it means
"""
