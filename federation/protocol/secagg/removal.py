"""The masks are taken off the sum, in parts that any number of workers may make.

The sum of the survivors' messages still holds each survivor's own mask, and each mask that a survivor has in common
with a device that dropped out. Both follow from secrets that the unmask messages open, and each secret is compared
with what its device had advertised. Secrets are computed where they are needed and kept nowhere.
"""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from federation.protocol import ring
from federation.protocol.errors import refusal
from federation.protocol.secagg import bodies, derive, prg, shamir
from federation.protocol.secagg.record import Record
from federation.protocol.sessions import Messages
from federation.protocol.steps import Step

PART_BYTES = 1 << 30
"""Keystream of one part: about half a second of one core."""
MOST_PARTS = 64


def held_by(record: Record, holder: UUID) -> list[UUID]:
    """The devices of which that holder's unmask message has a share, in the order of the shares."""
    shared, advertisers = record.shared, record.advertisers
    holders = record.graph.holders(record.positions[holder])
    return [advertisers[at] for at in holders if at in shared]


def check_enough(record: Record) -> None:
    """Raises Refusal `list-under-threshold` where some secret that is needed has too few answers to open it."""
    answered = {record.positions[device] for device in record.listed(Step.UNMASK)}
    for owner in {owner for owner, _ in _jobs(record)}:
        there = sum(holder in answered for holder in record.graph.holders(record.positions[owner]))
        if there < record.graph.threshold:
            raise refusal(
                "list-under-threshold", f"{there} of at least {record.graph.threshold} answered for one."
            )


def parts(record: Record) -> int:
    """In how many parts the masks are taken off."""
    size = 4 * record.params.length * len(_jobs(record))
    return max(1, min(MOST_PARTS, -(-size // PART_BYTES)))


def remove(record: Record, part: int, bodies_of: Messages, into: ring.Ring | None) -> ring.Ring:
    """What must be added to the sum to take that part of the masks off; or `into`, with that added to it in place."""
    jobs, count = _jobs(record), parts(record)
    if not 0 <= part < count:
        raise ValueError(f"there is no part {part} of {count}")
    mine = jobs[part * len(jobs) // count : (part + 1) * len(jobs) // count]
    masks = _masks(record, mine, Opener(record, bodies_of))
    return prg.apply(ring.zeros(record.params.length) if into is None else into, masks)


def _jobs(record: Record) -> list[tuple[UUID, UUID | None]]:
    """Every mask that the sum still holds: (survivor, None) for its own, (dropped, survivor) for one in common."""
    survivors, advertisers = record.listed(Step.MASKED_INPUT), record.advertisers
    there = set(survivors)
    jobs: list[tuple[UUID, UUID | None]] = [(device, None) for device in survivors]
    for at, device in enumerate(advertisers):
        if at in record.shared and device not in there:
            near = (advertisers[other] for other in record.graph.neighbours(at))
            jobs.extend((device, other) for other in near if other in there)
    return jobs


def _masks(record: Record, jobs: Sequence[tuple[UUID, UUID | None]], opener: "Opener") -> Iterator[prg.Mask]:
    """The masks that take those of the jobs off: the opposite of what the survivors had added."""
    bound, opened, private = record.bound, None, None
    for owner, survivor in jobs:
        if survivor is None:
            seed = opener.self_seed(owner)
            yield prg.Mask(derive.self_mask(seed, bound, owner), add=False)
            continue
        if opened != owner or private is None:
            opened, private = owner, X25519PrivateKey.from_private_bytes(opener.mask_key(owner))
        common = derive.agree(private, record.advertised[survivor][0])
        key = derive.pair_mask(common, bound, record.gathered, owner, survivor)
        yield prg.Mask(key, add=survivor.bytes > owner.bytes)


class Opener:
    """Opens secrets from the unmask messages. A device that lies is worked around where enough others answered:
    shares are joined in windows, each a place further on, until the secret is the one that was advertised."""

    def __init__(self, record: Record, bodies_of: Messages) -> None:
        self._record = record
        self._bodies_of = bodies_of
        self._answered = {record.positions[device] for device in record.listed(Step.UNMASK)}
        self._read: dict[UUID, dict[UUID, bytes]] = {}
        self._weights: dict[tuple[int, ...], list[int]] = {}
        self._start = 0  # where the last window without a lie began

    def self_seed(self, device: UUID) -> bytes:
        """The seed of a survivor's own mask, as committed to."""
        committed, bound = self._record.advertised[device][1], self._record.bound
        return self._secret(device, lambda seed: derive.commitment(seed, bound, device) == committed)

    def mask_key(self, device: UUID) -> bytes:
        """The private mask key of a device that dropped out, as advertised."""
        public = self._record.advertised[device][0]
        return self._secret(device, lambda private: derive.public_of(private) == public)

    def _secret(self, owner: UUID, right: Callable[[bytes], bool]) -> bytes:
        graph, advertisers = self._record.graph, self._record.advertisers
        holders = graph.holders(self._record.positions[owner])
        answering = [at for at in holders if at in self._answered]
        for step in range(len(answering)):
            start = (self._start + step) % len(answering)
            window = sorted((answering[start:] + answering[:start])[: graph.threshold])
            shares = [self._shares_of(advertisers[at])[owner] for at in window]
            secret = shamir.join(shares, self._weights_of(tuple(at + 1 for at in window)))
            if secret is not None and right(secret):
                self._start = start
                return secret
            if len(answering) == graph.threshold:
                break  # every window is the same
        raise refusal("secret-wrong", f"It is device {owner}.")

    def _shares_of(self, holder: UUID) -> dict[UUID, bytes]:
        if holder not in self._read:
            owners = held_by(self._record, holder)
            shares = bodies.unpack_shares(memoryview(self._bodies_of(holder)), len(owners))
            self._read[holder] = dict(zip(owners, shares, strict=True))
        return self._read[holder]

    def _weights_of(self, points: tuple[int, ...]) -> list[int]:
        if points not in self._weights:
            self._weights[points] = shamir.weights(points)
        return self._weights[points]
