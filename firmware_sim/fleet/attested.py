"""The chips of cards that cannot sign, made from the secrets of a plan.

Source: `docs/protocol.md` section 5.5.
"""

from random import Random

from firmware_sim.cards.catalogue import NTAG424_MASTER, ntag424_key, personalised
from firmware_sim.cards.faulty import CardFault
from firmware_sim.cards.ntag424 import Ntag424
from firmware_sim.plan import AttestedCards, uid_of_secret


def make_chip(attested: AttestedCards, secret: bytes, fault: CardFault | None = None) -> Ntag424:
    """The chip of an `ntag424`, personalised for the plan's chamber. Its numbers come from the secret."""
    uid = uid_of_secret(secret)
    key = ntag424_key(attested.master or NTAG424_MASTER, uid, attested.chamber)
    return personalised(uid, key, Random(int.from_bytes(secret, "big")), fault)
