"""May this device take part in this round? Pure: facts in, verdict out; the same words on every page."""

from dataclasses import dataclass

REASONS: dict[str, str] = {
    "device-withdrawn": "The device was withdrawn.",
    "no-live-grant": "The artist has not consented to training under these terms, or has revoked it.",
    "another-device": "Another device of the same artist already takes part in this round.",
    "window-over": "The training window of the round is over.",
    "paused-by-artist": "The artist paused the agent.",
    "over-cap": "One more round would cost more epsilon than the cap of the artist or of the campaign.",
}


@dataclass(frozen=True)
class Facts:
    """What is known about a device when it asks, or is asked, to take part."""

    device_state: str
    reported_state: str
    has_live_grant: bool
    artist_takes_part: bool
    window_open: bool
    over_cap: bool = False


@dataclass(frozen=True)
class Verdict:
    """`ok` where nothing stands against it; else every reason, as codes of REASONS."""

    ok: bool
    reasons: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(REASONS[code] for code in self.reasons)


def judge(facts: Facts) -> Verdict:
    """All reasons at once, the weightiest first, so that an artist need not find them one by one."""
    found = {
        "device-withdrawn": facts.device_state == "withdrawn",
        "no-live-grant": not facts.has_live_grant,
        "another-device": facts.artist_takes_part,
        "window-over": not facts.window_open,
        "paused-by-artist": facts.reported_state == "paused",
        "over-cap": facts.over_cap,
    }
    reasons = tuple(code for code, holds in found.items() if holds)
    return Verdict(ok=not reasons, reasons=reasons)
