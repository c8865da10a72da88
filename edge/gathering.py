"""What a round's work needs, gathered and checked before it: terms, the artist's yes, pictures, base, version."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from edge import bases, budget, chain, consent, pictures, sheets, training
from edge.folder import watch
from edge.manners.dry import check_memory
from edge.rules import Terms, accept
from edge.tools import Tools
from edge.work import Work
from federation.adapters import files
from federation.protocol import manifest
from federation.protocol.errors import refusal

if TYPE_CHECKING:
    from diffusion.dataset import Example


def terms(tools: Tools, round_id: UUID) -> Terms:
    """The round's terms, signed by the pinned key, within the artist's rules, after the last version seen."""
    told = manifest.open_signed(tools.api.manifest(round_id), tools.config.pinned_key)
    found = accept(told, round_id, tools.config, tools.state.known(round_id))
    budget.check(tools.state, found, tools.config.rules)
    tools.ledger.follow()
    chain.follow(tools.api, tools.state, told.campaign, told.previous)
    return found


def permission(tools: Tools, of: Terms) -> consent.Permission:
    """The gate on this computer: the artist's own signature, for these terms, at this moment."""
    allowed = consent.permission(
        tools.api.consent(),
        of.manifest,
        keys=tools.config.artist_keys,
        ledger=tools.ledger,
        state=tools.state,
        at=tools.clock(),
    )
    watch.cover(tools.state, allowed.works)
    return allowed


def job(tools: Tools, of: Terms, allowed: consent.Permission) -> training.Job:
    """Everything that the training needs; all of it is checked before the round is joined."""
    tools.board.say("busy", "Getting ready for a round: pictures, base and the latest version.")
    examples = _examples(tools, allowed)
    folder = bases.fetch(
        tools.api, tools.downloads, tools.home, of.manifest.base, tools.config.rules.max_base_mb
    )
    blob = tools.downloads.fetch(of.manifest.previous.sha256, files.size_limit(of.spec))
    check_memory(folder, tools.config.manners, tools.gate.probes)
    return training.Job(
        base=folder,
        spec=of.spec,
        start=files.loads(blob.read_bytes(), of.spec),
        examples=examples,
        training=of.manifest.training,
        clip=of.params.clip,
        seed=training.seed_of(tools.config.device_id, str(of.params.round_id)),
        threads=tools.config.threads,
        checkpoint=Work(tools.home, of.params.round_id).checkpoint,
        sheet=sheets.place(tools.home, of.manifest.previous.number + 1, tools.config.manners.sheet),
    )


def _examples(tools: Tools, allowed: consent.Permission) -> "Sequence[Example]":
    """The pictures that the artist's statement covers; later ones wait until she signs again, and that is said."""
    found = pictures.read(tools.watch.scanner(tools.config.folder))
    covered = [one for one in found if allowed.works is None or one.sha256 in allowed.works]
    if not covered:
        raise refusal("works-not-covered")
    tools.state.note(watch.NEWS, watch.waiting(len(found) - len(covered)) or None)
    return covered
