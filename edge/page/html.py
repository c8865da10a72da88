"""The page as HTML: no script or style in it, nothing from anywhere else, every word escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any

from edge.page.facts import Facts

PAUSES = (("1h", "Pause 1 hour"), ("08:00", "Pause until 08:00"), ("", "Pause until I resume"))
"""What the buttons send, and what stands on them."""


def page(now: Mapping[str, Any], facts: Facts) -> str:
    """The whole document."""
    sent = "".join(f"<li>{escape(line)}</li>" for line in facts.sent) or "<li>Nothing was sent yet.</li>"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>FedArt on this computer</title>
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
<noscript><meta http-equiv="refresh" content="4"></noscript>
</head>
<body>
<main>
<header>
<h1>FedArt on this computer</h1>
<p class="muted">{escape(facts.name)}, connected with {escape(facts.server)}</p>
</header>
<section class="now" aria-live="polite">
<p id="sentence" data-state="{escape(str(now["state"]))}">{escape(str(now["sentence"]))}</p>
{_progress(now)}
</section>
{_buttons(paused=bool(now["paused"]))}
<section>
<h2>Your pictures</h2>
<p>{escape(facts.folder)}</p>
</section>
<section>
<h2>What left this computer</h2>
<p>{escape(facts.total)}</p>
<ul class="sent">{sent}</ul>
<p class="muted">All of it, checked against the ledger: <code>fedart-edge receipts --verify</code>.</p>
</section>
<section>
<h2>Your privacy budget</h2>
<p>{escape(facts.budget)}</p>
</section>
<footer class="muted">This page is made by the agent on this computer. Nobody else can open it.</footer>
</main>
</body>
</html>
"""


def _progress(now: Mapping[str, Any]) -> str:
    """A bar while there are steps; hidden else, so that the script has something to show."""
    step, steps = int(now.get("step") or 0), int(now.get("steps") or 0)
    hidden = "" if steps else " hidden"
    bar = f'value="{step}" max="{steps or 1}"{hidden}'
    return f'<progress id="steps" aria-label="Steps of the training" {bar}></progress>'


def _buttons(*, paused: bool) -> str:
    pauses = "".join(
        f'<button name="for" value="{escape(value)}">{escape(words)}</button>' for value, words in PAUSES
    )
    hidden, shown = (" hidden", "") if paused else ("", " hidden")
    return (
        f'<div class="buttons"><form id="pause" method="post" action="pause"{hidden}>{pauses}</form>'
        f'<form id="resume" method="post" action="resume"{shown}>'
        "<button>Resume</button></form></div>"
    )
