"""Plays the artists in the studio: each asks for pictures, looks at the marks, and hangs one on the wall."""

import re
from collections.abc import Callable
from typing import Any

from fedart_site.demo.board import StepFailed
from fedart_site.demo.visitor import Visitor
from fedart_site.demo.watching import wait_for

PICTURE_TIMEOUT_S = 300.0
_PICTURE = re.compile(r"/images/([0-9a-f-]{36})/\"")
# What the sample artists ask for, two each, with fixed seeds; without articles, like the captions of the base.
PROMPTS = (
    ("tree", 23),
    ("star", 23),
    ("tropical fish", 11),
    ("red apple", 11),
    ("cat face", 11),
    ("house", 7),
    ("tropical fish", 7),
    ("red heart", 11),
    ("car", 7),
    ("cat face", 7),
)
STRENGTH = 0.8


def ask(visitor: Visitor, prompt: str, seed: int, version: int) -> str:
    """Put one request on the queue; returns its id."""
    answer = visitor.post_json(
        "/api/v1/requests", {"prompt": prompt, "seed": seed, "version": version, "strength": STRENGTH}
    )
    return str(answer["id"])


def finished(
    visitor: Visitor, request: str, on_wait: Callable[[str], None], check: Callable[[], None]
) -> str:
    """Wait until the picture of the request is made; returns the picture's id."""

    def look() -> dict[str, Any] | None:
        told: dict[str, Any] = visitor.get(f"/api/v1/requests/{request}").json()
        on_wait(f"step {told['step']} of {told['steps']}" if told["state"] == "running" else told["state"])
        return told if told["state"] in ("done", "failed", "cancelled") else None

    told = wait_for(look, seconds=PICTURE_TIMEOUT_S, what="the picture", meanwhile=check)
    if told["state"] != "done":
        raise StepFailed(f"the request ended as {told['state']}: {told['reason']}")
    return str(told["image"])


def hang(visitor: Visitor, picture: str) -> None:
    """Publish the picture, which is its artist's own and named act."""
    visitor.post_form(f"/images/{picture}/publish", {"show_recipe": "on"})


def marks(stranger: Visitor, picture: str) -> str:
    """Download a published picture as a stranger and read its Content Credentials; says what they hold."""
    from gallery.generation.credentials import read_credentials

    root = stranger.get("/.well-known/fedart-credentials-root.pem").text
    found = read_credentials(stranger.get(f"/images/{picture}/file.png").content, root_pem=root)
    if found.state != "trusted" or not found.ai_made or found.training_allowed is not False:
        raise StepFailed(f"picture {picture} does not carry whole credentials: {found}")
    return "marked AI-made, training not allowed, signature holds"


def on_the_wall(stranger: Visitor) -> list[str]:
    """Ids of the pictures that the first page of the wall shows to everybody."""
    return list(dict.fromkeys(_PICTURE.findall(stranger.get("/").text)))
