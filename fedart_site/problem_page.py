"""/problems/: every code that this site answers with, each at an anchor of its own, so that a problem document's
`type` (RFC 9457 section 3.1.1) leads to words."""

from collections.abc import Mapping
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consent.codes import CODES as CONSENT
from fedart_site.problem_texts import GENERAL
from federation.protocol.codes import AGENT, COMPUTER, ROUNDS, SERVER, VAULT
from gallery.codes import CODES as GALLERY


class Entry(NamedTuple):
    """One code: the HTTP status, what is in the way, what to do."""

    code: str
    status: int
    why: str
    fix: str


class Part(NamedTuple):
    """The codes of one room."""

    title: str
    lead: str
    entries: list[Entry]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All codes, by the room that refuses."""
    return render(request, "site/problems.html", {"parts": parts()})


def parts() -> list[Part]:
    """Every code once, in the order of the page."""
    table = {
        "Any address": ("Refused before a room is asked.", GENERAL),
        "Consent": ("Decisions, keys, exports and compliance work.", CONSENT),
        "Pictures": ("The studio and the wall.", GALLERY),
        "Rounds and messages": ("A message or a round is not right; either side may say so.", _of(ROUNDS)),
        "Devices": ("Said by the server to an agent; nothing was changed.", _of(SERVER)),
        "The agent": ("Said by the agent on the artist's computer, whatever the server wants.", _of(AGENT)),
        "The artist's computer": ("Said by the agent about this computer and its folder.", _of(COMPUTER)),
        "The vault": ("The list of a vault is not right; server, browser and agent all say so.", _of(VAULT)),
    }
    return [
        Part(title, lead, [Entry(code, *said) for code, said in sorted(codes.items())])
        for title, (lead, codes) in table.items()
    ]


def _of(codes: Mapping[str, tuple[str, str, int]]) -> dict[str, tuple[int, str, str]]:
    return {code: (status, why, fix) for code, (why, fix, status) in codes.items()}
