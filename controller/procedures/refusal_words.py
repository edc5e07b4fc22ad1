"""What a refused act is told: for each name of what stood against it, and each reason code, a sentence that says what
to do. Pure; the caller brings the language.

Source: `docs/protocol.md` sections 5.2, 6.1 and 7.4.
"""

from protocol.explain import ENGLISH, Catalogue


def refusal_sentence(name: str, words: Catalogue) -> str:
    """The sentence for the name of an objection, or for a reason code; one that is not known is only named."""
    for table in _TABLES:
        sentence = table(words).get(name)
        if sentence is not None:
            return sentence
    return words.gettext("Refused: %(name)s.") % {"name": name}


def is_known(name: str) -> bool:
    """True if there is a sentence for this name."""
    return any(name in table(ENGLISH) for table in _TABLES)


def _of_officers(words: Catalogue) -> dict[str, str]:
    return {
        "not-presiding": words.gettext(
            "This officer does not preside: let who presides act, or take the chair with `preside` first."
        ),
        "presides-already": words.gettext("This officer presides already: nothing is to be done."),
        "not-your-act": words.gettext("An officer of this role may not do that: say --as with one who may."),
        "own-act": words.gettext("Nobody acknowledges an act of the own office: the other officer must."),
        "retired": words.gettext("This key was replaced: act with the officer's new key."),
        "nothing-waits": words.gettext("Nothing waits for that acknowledgement: look with chamber status."),
        "already-so": words.gettext("It is so already: nothing is to be done."),
        "stale": words.gettext(
            "Something changed just before: look with chamber status, and act again if it is still meant."
        ),
    }


def _of_sittings(words: Catalogue) -> dict[str, str]:
    return {
        "sitting-unknown": words.gettext("There is no such sitting: submit its roster first."),
        "sitting-is-prepared": words.gettext("The sitting is not open yet: the chair opens it first."),
        "sitting-is-open": words.gettext("The sitting is open: that is for before its opening or after its close."),
        "sitting-is-adjourned": words.gettext("The sitting is adjourned: resume it first."),
        "sitting-is-closed": words.gettext("The sitting is closed: only its minutes can follow."),
        "sitting-is-signed": words.gettext("The minutes of the sitting are signed: nothing more can follow."),
        "sitting-closed": words.gettext("The sitting is closed: only its minutes can follow."),
        "not-the-next-sitting": words.gettext(
            "Another sitting was opened meanwhile: look with chamber status, and open this one again."
        ),
        "version-behind": words.gettext("A newer version of the agenda stands: give this one a higher number."),
        "quorum-missing": words.gettext(
            "There is no quorum: call the roll, or let the secretary correct who is present; nobody can waive it."
        ),
        "list-unknown": words.gettext("The list of members is not in the log: let the secretary submit it first."),
        "member-unknown": words.gettext("No such member is in the roster: correct the id, or amend the roster."),
        "device-unknown": words.gettext("No seat has this key: correct the seat, or amend the roster."),
        "roster-not-latest": words.gettext("A newer roster stands: act on that one."),
        "roster-unsound": words.gettext(
            "The roster does not hold: an id or key stands twice or is somebody else's, or what goes is not there."
        ),
        "part-unknown": words.gettext("A part of the roster is not in the log: submit the whole roster again."),
        "not-of-the-roster": words.gettext("Member or seat is not in the roster: amend the roster first."),
        "numbers-impossible": words.gettext(
            "More members in office than seats by law, or none: correct the numbers of the roster."
        ),
        "trust-not-latest": words.gettext("An officer's key was entered meanwhile: open the sitting again."),
        "meaning": words.gettext(
            "This roster is for another version of the system: prepare the sitting with this one."
        ),
        "rules-missing": words.gettext("The sitting's law is not here: submit the roster again, with its rules."),
        "size-not-reached": words.gettext("The log is shorter than that: take the size from its last checkpoint."),
        "another-log": words.gettext("That belongs to another body or term: act there."),
    }


def _of_items(words: Catalogue) -> dict[str, str]:
    return {
        "item-not-active": words.gettext("The item is not active: activate it first."),
        "item-is-planned": words.gettext("The item was not called yet: activate it first."),
        "item-is-active": words.gettext("The item is active already."),
        "item-is-decided": words.gettext("The item is decided: reopen it first."),
        "item-is-noted": words.gettext("The item was taken note of: reopen it first."),
        "item-is-deferred": words.gettext("The item is deferred: activate it first."),
        "item-is-withdrawn": words.gettext("The item is withdrawn: reopen it first."),
        "block-not-adopted": words.gettext(
            "No vote on this item is adopted and announced: a block is decided only after that."
        ),
        "block-is-empty": words.gettext("This item has no sub-items that are still to be decided."),
        "series-is-over": words.gettext("Every vote of the series was held: nothing comes next."),
        "turn-is-none": words.gettext("This speaker neither waits nor speaks: let the floor be asked for first."),
        "turn-is-waiting": words.gettext("This speaker waits for the floor already: grant it, or let it be withdrawn."),
        "turn-is-speaking": words.gettext("This speaker has the floor already: stop the speech first."),
        "list-closed": words.gettext(
            "The list of speakers is closed: only a reply, a point of order or ad vocem is still possible."
        ),
    }


def _of_votes(words: Catalogue) -> dict[str, str]:
    return {
        "vote-unknown": words.gettext("There is no such vote: look with chamber status."),
        "unknown-vote": words.gettext("There is no such vote: look with chamber status."),
        "vote-runs": words.gettext("A vote runs: close or void it first."),
        "vote-is-armed": words.gettext("The vote is armed and not open yet: open it first, or disarm it."),
        "vote-is-disarmed": words.gettext("The vote was taken back before it opened: arm a new one."),
        "vote-is-open": words.gettext("The vote is open: give a last call, then close it."),
        "vote-is-held": words.gettext("The vote is held: resume or close it first."),
        "vote-is-last-call": words.gettext("The last call was given: close the vote, or reopen it."),
        "vote-is-closed": words.gettext("The vote is closed: announce its result, or void it."),
        "vote-is-announced": words.gettext("The result was announced: the vote can only be corrected or voided."),
        "vote-is-void": words.gettext("The vote is void: repeat it."),
        "vote-id-taken": words.gettext("A vote of this sitting has that id already: take another."),
        "repeats-no-void-vote": words.gettext("Only a void vote is repeated: void it first."),
        "needs-basis": words.gettext(
            "The result was announced: voiding it needs a basis, a decision of the council or of a court. Say --basis."
        ),
        "result-unknown": words.gettext("There is no such result: close the vote first."),
        "result-not-latest": words.gettext("A newer result stands or is due: announce that one."),
        "announced-already": words.gettext("This result was announced already."),
        "no-tie": words.gettext("There is no tie to be decided."),
        "rule-has-no-casting-vote": words.gettext("The rule of this vote knows no casting vote: a tie is not adopted."),
        "rule-has-no-lot": words.gettext("The rule of this vote knows no lot."),
        "not-among-the-tied": words.gettext("The lot names somebody who is not among the tied."),
        "rule-unknown": words.gettext("No such rule is in the sitting's law: chamber status names those there are."),
        "rule-forbids-mode": words.gettext(
            "The law does not let this be voted on in that way: it must be open, or secret on paper."
        ),
        "secret-only-on-paper": words.gettext("Secret votes are held on paper: arm it with --mode paper."),
        "options": words.gettext(
            "Options, minimum, maximum and places do not go together: no option twice, one choice of for and against."
        ),
        "extension-too-long": words.gettext(
            "The vote was armed without so much time to extend: extend by less, or not at all."
        ),
        "time-without-extension": words.gettext("Only an extension takes a time."),
        "on-paper": words.gettext("This vote is held on paper: enter its count with paper-result."),
        "not-on-paper": words.gettext("This vote is not held on paper."),
        "papers-do-not-add-up": words.gettext(
            "The papers do not add up: valid and invalid make those returned, returned no more than issued, and "
            "no option has more than the valid."
        ),
    }


def _of_ballots(words: Catalogue) -> dict[str, str]:
    return {
        "early": words.gettext("The vote is not open yet: open it first."),
        "late": words.gettext("The vote has ended: state it as a correction instead."),
        "held": words.gettext("The vote is held: resume it first."),
        "closed": words.gettext("The vote has ended already."),
        "eligible": words.gettext(
            "This member may not vote here: the roster, the rule or the list leaves him or her out."
        ),
        "recused": words.gettext("This member is recused on the item."),
        "choice": words.gettext("The choice is none of the vote's options, or too many or too few of them."),
        "session": words.gettext("There is no such session, or it is over: let the card be put in again."),
        "seat": words.gettext("Member, seat and card do not belong together: look at the roster."),
        "replaced": words.gettext("A newer answer of this member stands."),
        "pressed": words.gettext("The member's own ballot counts."),
        "seq": words.gettext("An older act came after a newer one: act again."),
        "duplicate": words.gettext("This record stands in the log already."),
        "repeat": words.gettext("This result stands already."),
        "state": words.gettext("This has no place now: look with chamber status."),
        "budget": words.gettext("Too many records of one key: look into the seat."),
    }


def _of_records(words: Catalogue) -> dict[str, str]:
    malformed = words.gettext(
        "The record is malformed: this program and the controller differ; compare their versions."
    )
    forms = (
        "envelope", "base64url", "header", "parts", "signature-size", "algorithm", "json", "canonical", "members",
        "payload", "kind",
    )  # fmt: skip
    return dict.fromkeys(forms, malformed) | {
        "size": words.gettext("The record is too long: shorten its texts, or name fewer options."),
        "member": words.gettext("A part of the record breaks its form: look at what was written."),
        "unknown-key": words.gettext("The log does not know this key: let the root enter the officer first."),
        "wrong-key": words.gettext("Keys of this class never sign that: say --as with another officer."),
        "signature": words.gettext("The signature does not hold: look at the key file."),
        "key": words.gettext("A key in it is weak or malformed: make a new one."),
        "foreign": words.gettext("Only the controller writes that."),
        "nonce": words.gettext("The seat's request is too old: let the card be put in again."),
        "card": words.gettext(
            "The card did not prove itself: try it at another seat, or give the member another card."
        ),
        "fork": words.gettext(
            "This officer saw another history than the controller has: stop, and compare the checkpoints first."
        ),
        "rules": words.gettext("The document of rules does not hold: check it with chamber explain --list."),
    }


_TABLES = (_of_officers, _of_sittings, _of_items, _of_votes, _of_ballots, _of_records)
