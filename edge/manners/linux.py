"""Linux: NetworkManager says whether the network is metered; GNOME, X11 or logind say when hands last moved."""

import json
import os
import time
from collections.abc import Callable, Sequence

from edge.manners.probes import ask

Ask = Callable[[Sequence[str]], str | None]
BUS = ("busctl", "--json=short")
NETWORK = (*BUS, "--system", "get-property", "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager",
           "org.freedesktop.NetworkManager", "Metered")  # fmt: skip
GNOME = (*BUS, "--user", "call", "org.gnome.Mutter.IdleMonitor", "/org/gnome/Mutter/IdleMonitor/Core",
         "org.gnome.Mutter.IdleMonitor", "GetIdletime")  # fmt: skip
LOGIND = (*BUS, "--system", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1/session/auto",
          "org.freedesktop.login1.Session", "IdleHint", "IdleSinceHint")  # fmt: skip
X11 = ("xprintidle",)
METERED = {1: True, 2: False, 3: True, 4: False}
"""NMMetered (NetworkManager's D-Bus types): yes, no, a guessed yes, a guessed no; 0 is unknown."""


def metered(ask: Ask = ask) -> bool | None:
    """Whether the network costs by the byte, as NetworkManager says or guesses."""
    (found,) = _values(ask(NETWORK), 1)
    return METERED.get(found) if isinstance(found, int) else None


def idle_s(ask: Ask = ask, now: Callable[[], float] = time.time) -> float | None:
    """Seconds without input. logind is believed only where it says idle: many desktops never tell it anything."""
    (found,) = _values(ask(GNOME), 1)
    if isinstance(found, list) and found and isinstance(found[0], int):
        return found[0] / 1000
    if os.environ.get("DISPLAY"):
        said = (ask(X11) or "").strip()
        if said.isdigit():
            return int(said) / 1000
    idle, since = _values(ask(LOGIND), 2)
    if idle is True and isinstance(since, int):
        return max(0.0, now() - since / 1_000_000)
    return None


def _values(said: str | None, count: int) -> list[object]:
    """The "data" of so many lines of busctl's JSON; None for each that is not there."""
    found: list[object] = []
    for line in (said or "").splitlines()[:count]:
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        found.append(value.get("data") if isinstance(value, dict) else None)
    return found + [None] * (count - len(found))
