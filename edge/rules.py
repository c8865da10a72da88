"""The artist's own rules against a round's terms. They are read from this computer only; no server can loosen them."""

from dataclasses import dataclass
from uuid import UUID

from edge.config import Config
from edge.state import OVER, Known
from federation.adapters.spec import AdapterSpec, spec_of
from federation.protocol.errors import Refusal, refusal
from federation.protocol.manifest import Manifest
from federation.protocol.params import RoundParams
from federation.protocol.roster import Roster
from federation.protocol.schemes import scheme
from federation.protocol.unsafe_plain_sum import NAME as UNSAFE


@dataclass(frozen=True)
class Verdict:
    """Whether the agent takes part; else the code, the sentence and the fix."""

    ok: bool
    code: str = ""
    sentence: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Terms:
    """A manifest that passed the rules, with what follows from it."""

    manifest: Manifest
    spec: AdapterSpec
    params: RoundParams


def judge(manifest: Manifest, round_id: UUID, config: Config, known: Known | None) -> Verdict:
    """The verdict on a round whose manifest carries the pinned key's signature."""
    try:
        accept(manifest, round_id, config, known)
    except Refusal as refused:
        return Verdict(False, refused.code, refused.why, refused.fix)
    return Verdict(True)


def accept(manifest: Manifest, round_id: UUID, config: Config, known: Known | None) -> Terms:
    """The terms to work with; raises the first Refusal that stands against them."""
    if manifest.round_id != round_id:
        raise refusal("manifest-other-round")
    if manifest.server_key != config.server_key:
        raise refusal("server-key-changed")
    _check_known(manifest, known)
    _check_rules(manifest, config)
    spec = spec_of(manifest.spec, manifest.spec_hash)
    if spec.base != manifest.base:
        raise refusal("spec-invalid", "It is for another base.")
    return Terms(manifest, spec, manifest.params(spec.length))


def _check_known(manifest: Manifest, known: Known | None) -> None:
    if known is None:
        return
    if known.state in OVER:
        raise refusal("round-seen-before")
    if known.manifest != manifest.hash().hex():
        raise refusal("manifest-changed")


def _check_rules(manifest: Manifest, config: Config) -> None:
    rules = config.rules
    if manifest.min_cohort < rules.min_cohort:
        raise refusal(
            "cohort-under-floor", f"It allows {manifest.min_cohort}, you accept {rules.min_cohort}."
        )
    allowed = rules.allow_unsafe_plain_sum and manifest.scheme == UNSAFE
    if not scheme(manifest.scheme).safe and not allowed:
        raise refusal("scheme-not-allowed", f"Its scheme is {manifest.scheme}.")
    if rules.bases and manifest.base not in rules.bases:
        raise refusal("base-not-accepted", f"It is {manifest.base}.")
    if manifest.training.steps > rules.max_steps:
        raise refusal("training-too-long", f"{manifest.training.steps} steps, you accept {rules.max_steps}.")


def check_roster(roster: Roster, terms: Terms, config: Config, public: bytes) -> None:
    """Raises the first Refusal that stands against a roster which carries the pinned key's signature."""
    if roster.round_id != terms.params.round_id or roster.manifest_hash != terms.params.manifest_hash:
        raise refusal("roster-other-round")
    if config.device not in roster.keys:
        raise refusal("own-key-missing")
    if roster.keys[config.device] != public:
        raise refusal("own-key-changed")
    floor = max(config.rules.min_cohort, terms.params.min_cohort)
    if len(roster.keys) < floor:
        raise refusal("roster-under-floor", f"{len(roster.keys)} of at least {floor}.")
