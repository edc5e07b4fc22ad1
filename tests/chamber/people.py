"""Who takes part: names, keys and the body, the same in every simulation so that keys are made once a process."""

from functools import cache, lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from controller.founding import Body, OfficerPlan
from controller.recorder import Keys
from protocol.keys import Ed25519Signer, P256Signer, PublicKey, es256_from_der, p256_secret
from protocol.majority import simple_rule, write_rule_book
from protocol.topics import Topics

BODY = Body("kikinda", "assembly", "2024")
TOPICS: Topics = BODY.topics
OFFICERS = ("chair", "deputy", "eldest", "operator", "secretary")
"""Each officer's id is also the role."""
PLANS = [OfficerPlan(officer, officer, f"Officer {officer}") for officer in OFFICERS]
OLD_SITTING, SITTING = "s-1", "s-2"
ITEM = "item-1"
HOSTILE_MEMBER, HOSTILE_SEAT = "mx", "sx"
RULES = write_rule_book(
    [
        simple_rule("simple", "More for than against"),
        simple_rule("casting", "Simple, the chair decides a tie", tie="casting-vote"),
        simple_rule("declare-only", "Simple, an interest is only declared", recusal="declare-only"),
        simple_rule("present", "More than half of those present", base="present", recusal="leave-base"),
        simple_rule(
            "quorum", "Simple, a third of all seats must be here", quorum_base="statutory", quorum_numerator=1,
            quorum_denominator=3,
        ),
    ]
)  # fmt: skip


def seed(name: str) -> bytes:
    """32 bytes that belong to a name."""
    return sha256(f"chamber simulation {name}".encode()).digest()


@cache
def key_of(name: str) -> Ed25519Signer:
    """The Ed25519 key of a name: an officer, a seat's device, `root`, `log`, `controller`."""
    return Ed25519Signer(seed(name))


@cache
def _card_secret(member: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(p256_secret(seed(f"card {member}")), "big"), ec.SECP256R1())


@cache
def card_key(member: str) -> PublicKey:
    """The public key on a member's card."""
    return P256Signer(p256_secret(seed(f"card {member}"))).public


@lru_cache(maxsize=4096)
def card_sign(member: str, message: bytes) -> bytes:
    """A real P-256 signature, made as RFC 6979 says, so that a seed gives the same bytes each time."""
    der = _card_secret(member).sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return es256_from_der(der)


KEYS = Keys(key_of("log"), key_of("controller"))


def members_of(seats: int) -> list[str]:
    """The honest members of a chamber with this many seats."""
    return [f"m{number}" for number in range(1, seats + 1)]


def seats_of(seats: int) -> list[str]:
    """Their seats, and one that is spare."""
    return [f"s{number}" for number in range(1, seats + 2)]
