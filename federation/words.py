"""States and events in plain words: the one place where timelines, pages and notices get their sentences."""

from dataclasses import dataclass
from datetime import datetime

from federation.cards import hidden_if_small
from federation.models import Device, Event, Participation, Round

# code -> sentence, for everything that may stand in `state_reason`
REASONS: dict[str, str] = {
    "": "",
    "no-live-grant": "The artist has not consented to training under these terms, or has revoked it.",
    "device-withdrawn": "The device was withdrawn.",
    "over-cap": "One more round would cost more epsilon than a cap allows. Nothing was sent.",
    "never-joined": "The device did not begin to train in time.",
    "not-ready": "Training was not finished in time.",
    "no-answer": "The device did not answer in time.",
    "revoked-in-time": "Consent was revoked before the sum was closed, so this update was left out.",
    "round-aborted": "The round ended without a version; nothing of it is used.",
    "paused-by-artist": "The artist paused the agent.",
    "training-failed": "Training failed on the device.",
    "refused-by-agent": "The agent refused the terms of the round, as its artist told it to.",
    "no-pictures": "The agent found no pictures to train on.",
    "interrupted": "Training was interrupted on the device.",
    "other": "The device left the round.",
    "by-artist": "Withdrawn by the artist.",
    "enrolled-again": "The same agent was enrolled again.",
    "never-connected": "The device never fetched its access.",
    "not-seen": "Not heard of for a while; a sleeping laptop looks like this.",
    "cohort-too-small": "Too few devices were ready with a live consent. Nothing was summed.",
    "too-few-left": "Too few devices were left to hide each one in the sum. Nothing of this round is used.",
    "revoked-before-opening": "An artist took her consent back after the list was signed, so the sum was never opened. "
    "The next round goes on without her.",
    "too-many-revoked": "Too many artists revoked before publication. Nothing of this round is used.",
    "campaign-ended": "The campaign was ended. Nothing of this round is used.",
    "scheme-unsafe": "Its scheme may not run on this server. Nothing of this round is used.",
    "by-operator": "An operator ended it. Nothing of this round is used.",
    "sum-refused": "The answers did not open the sum. Nothing of this round is used.",
    "server-failed": "The server could not finish the sum. Nothing of this round is used.",
}

CAMPAIGN: dict[str, str] = {
    "draft": "The terms are written down. Nothing runs, and nobody is asked for anything.",
    "running": "Artists can consent to these terms, and rounds can be opened.",
    "paused": "No new round is opened. Consents stay as they are; it can go on at any time.",
    "ended": "It is over for good. Its versions stay.",
}
CAMPAIGN_MOVES: dict[str, str] = {
    "draft": "The terms were saved as a draft.",
    "running": "It runs. Rounds can be opened.",
    "paused": "It was paused. A round under way went on to its end.",
    "ended": "It was ended.",
}
ROUND: dict[str, str] = {
    "training": "The round opened. Agents may train whenever their machine is free.",
    "advertising": "The cohort was drawn: {cohort} with a live consent. They exchange keys.",
    "sharing": "{left} offered keys. They exchange shares of them.",
    "collecting": "{left} shared their keys. Updates are coming in.",
    "confirming": "{left} sent an update. The list is closed; they sign it.",
    "unmasking": "{left} signed the same list. They help to open the sum, and only the sum.",
    "aggregating": "{left} helped. The server adds up.",
    "publishing": "The sum is ready. Consent is read once more.",
    "published": "Version {version} was published.",
    "aborted": "The round ended without a version. {reason}",
}
NOW: dict[str, str] = {
    "training": "Agents train at home",
    "advertising": "Exchanging keys",
    "sharing": "Exchanging shares",
    "collecting": "Updates are coming in",
    "confirming": "Confirming who is in the sum",
    "unmasking": "Opening the sum",
    "aggregating": "Adding up",
    "publishing": "Reading consent once more",
    "published": "Published",
    "aborted": "Ended without a version",
}
TONES: dict[str, str] = {"published": "good", "aborted": "stop"}
PART: dict[str, str] = {
    "invited": "Invited; training has not begun.",
    "training": "The device trains.",
    "ready": "Trained; waiting for the others.",
    "rostered": "Drawn into the cohort.",
    "advertised": "In the cohort; keys exchanged.",
    "shared": "In the cohort; shares exchanged.",
    "submitted": "The update was sent.",
    "confirmed": "The update was sent; the list of the sum is signed.",
    "unmasked": "The update was sent; every answer was given.",
    "counted": "In the sum of this version.",
    "not_drawn": "Trained, but not drawn into the cohort.",
    "dropped": "Not in the sum.",
}
REPORTED: dict[str, tuple[str, str]] = {
    "idle": ("", "Idle"),
    "training": ("busy", "Training"),
    "ready": ("busy", "Ready"),
    "busy": ("wait", "Busy elsewhere"),
    "paused": ("wait", "Paused"),
    "error": ("stop", "Trouble"),
}


@dataclass(frozen=True)
class Line:
    """One line of a timeline (templates/components/timeline.html)."""

    at: datetime
    sentence: str
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Status:
    """A state with its tone and its reason (templates/components/status.html)."""

    tone: str
    label: str
    reason: str = ""


def round_line(event: Event, *, exact: bool = False) -> Line:
    """An event of a round; `exact` numbers for operators, small ones hidden for everybody else."""
    facts = {key: _people(value, exact) for key, value in event.data.items() if key in ("cohort", "left")}
    facts |= {
        "version": str(event.data.get("version", "")),
        "reason": REASONS.get(event.reason, event.reason),
    }
    sentence = ROUND[event.to_state].format_map({"cohort": "artists", "left": "Devices", **facts}).strip()
    return Line(event.at, sentence[:1].upper() + sentence[1:], TONES.get(event.to_state, ""))


def campaign_line(event: Event) -> Line:
    """A move of a campaign."""
    tone = {"running": "good", "paused": "wait", "ended": "stop"}.get(event.to_state, "")
    if event.from_state == "paused" and event.to_state == "running":
        return Line(event.at, "It went on.", tone)
    return Line(event.at, CAMPAIGN_MOVES[event.to_state], tone)


def span(seconds: int) -> str:
    """A span of time in the largest unit that says it exactly: "1 day", "5 minutes", "90 seconds"."""
    units = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
    unit, size = next((unit, size) for unit, size in units.items() if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _people(count: int, exact: bool) -> str:
    shown = count if exact else hidden_if_small(count)
    return f"{shown} artist" if shown == 1 else f"{shown} artists"


def round_status(round_: Round) -> Status:
    """Where a round stands now."""
    tone = TONES.get(round_.state, "busy")
    return Status(tone, NOW[round_.state], REASONS.get(round_.state_reason, ""))


def device_status(device: Device) -> Status:
    """How a device is, with the reason it gave or the server knows."""
    if device.state == "withdrawn":
        return Status("stop", "Withdrawn", REASONS.get(device.state_reason, ""))
    if device.last_seen_at is None:
        return Status("wait", "Confirmed", "The agent has not called yet.")
    if device.state == "silent":
        return Status("wait", "Silent", REASONS["not-seen"])
    tone, label = REPORTED.get(device.reported_state, ("", "Seen"))
    return Status(tone, label, device.reported_reason)


def part_line(part: Participation) -> str:
    """An artist's part in a round, with the reason where it ended early."""
    version = getattr(part.round, "version", None)
    if part.state == "counted" and version is not None:
        return f"In the sum of version {version.number}."
    reason = REASONS.get(part.state_reason, part.state_reason)
    return f"{PART[part.state]} {reason}".strip()
