"""Plays the operator: opens a round on her page and watches it to its end."""

import re
from dataclasses import dataclass
from typing import Any

from fedart_site.demo.board import Step, StepFailed
from fedart_site.demo.visitor import Visitor
from fedart_site.demo.watching import wait_for

ROUND_TIMEOUT_S = 900.0
EVALUATION_TIMEOUT_S = 600.0
STAGES = 10  # lines of the timeline from "opened" to "published"
_ROUND = re.compile(r"/operate/rounds/([0-9a-f-]{36})/")
_LABEL = re.compile(r'class="pill[^"]*">([^<]+)<')


@dataclass(frozen=True)
class Published:
    """One version as the public API tells of it."""

    number: int
    cohort: Any
    loss: float
    card: dict[str, Any]


class Operator:
    """The operator's session, looking after one campaign."""

    def __init__(self, visitor: Visitor, campaign: str) -> None:
        self.visitor = visitor
        self.campaign = campaign

    def newest(self) -> int:
        """Number of the newest version of the campaign."""
        return int(self.visitor.get(f"/api/v1/campaigns/{self.campaign}").json()["newest_version"])

    def open_round(self) -> str:
        """Press "Open a round"; returns the round's id."""
        before = self._rounds()
        page = self.visitor.post_form(f"/operate/campaigns/{self.campaign}/open-round/", {})
        new = self._rounds(page.text) - before
        if len(new) != 1:
            raise StepFailed(f"the operator's page shows {len(new)} new rounds where one was opened")
        return new.pop()

    def watch(self, round_id: str, step: Step, check: Any) -> None:
        """Follow the round's page until it is published; `check` is called while waiting."""

        def look() -> str | None:
            page = self.visitor.http.get(f"/operate/rounds/{round_id}/", headers={"HX-Request": "true"}).text
            label = (_LABEL.findall(page) or ["no status"])[0].strip()
            step.at(page.count('class="timeline__item'), label)
            return label if label in ("Published", "Ended without a version") else None

        step.total(STAGES)
        label = wait_for(look, seconds=ROUND_TIMEOUT_S, what="the end of the round", meanwhile=check)
        if label != "Published":
            text = " ".join(
                re.sub(r"<[^>]+>", " ", self.visitor.get(f"/operate/rounds/{round_id}/").text).split()
            )
            raise StepFailed(f"the round ended without a version: {text[-600:]}")

    def version(self, number: int, check: Any) -> Published:
        """The version once its contact sheet and held-out loss are there."""

        def look() -> Published | None:
            found = self.visitor.http.get(f"/api/v1/versions/{self.campaign}/{number}")
            if found.status_code != 200 or not found.json()["evaluation"].get("held_out_loss"):
                return None
            told = found.json()
            card = told["card"]
            return Published(
                number, card.get("cohort_size"), float(told["evaluation"]["held_out_loss"]), card
            )

        return wait_for(
            look, seconds=EVALUATION_TIMEOUT_S, what=f"the evaluation of version {number}", meanwhile=check
        )

    def _rounds(self, html: str | None = None) -> set[str]:
        return set(_ROUND.findall(html or self.visitor.get(f"/operate/campaigns/{self.campaign}/").text))
