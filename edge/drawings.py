"""Pictures with the artist's own style that wait in her studio: drawn here between rounds, because she asked for them.

Her manners hold up trainings, which come unasked, and not this; a pause holds up everything, within one step.
"""

from uuid import UUID

from edge import pauses
from edge.pulse import Pulse
from edge.tools import Tools
from edge.vault import drawing, member
from federation.protocol.errors import Refusal

LOOK_EVERY_S = 5.0
SAYS = "Drawing a picture in your own style, for your studio."
DRAWN = "A picture in your own style was drawn here; it is in your studio."
NO_ROUND = UUID(int=0)


class Drawings:
    """Looks for what waits, if this computer is in the vault, and draws one picture at a time."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._looked = float("-inf")

    def take(self) -> str:
        """What is worth saying about the one that waited; empty where none did. Raises Stopped, and what the server
        refuses for good."""
        tools, now = self._tools, self._tools.clock().timestamp()
        if now - self._looked < LOOK_EVERY_S or member.load(tools.home) is None:
            return ""
        self._looked = now
        try:
            with Pulse(tools.api, tools.board, NO_ROUND):
                drawn = drawing.draw_next(
                    tools.api.transport, tools.home, tools.config, should_stop=self._stops
                )
        except Refusal as refused:
            return f"Not drawn: {refused.why} {refused.fix}"
        self._looked = float("-inf") if drawn else now  # another one may wait
        return DRAWN if drawn else ""

    def _stops(self) -> bool:
        """Asked at each step: from the first on, the status says what is done."""
        tools = self._tools
        tools.board.say("busy", SAYS)
        return tools.waiter.stop.is_set() or pauses.paused(tools.state, tools.clock()) is not None
