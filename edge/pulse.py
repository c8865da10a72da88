"""The heartbeat beside a long piece of work: tells the status as it changes, hears when the round is lost."""

import threading
from types import TracebackType
from uuid import UUID

from edge.api import Api, Beat
from edge.status import Board
from edge.waiting import Stopped
from federation.protocol.errors import Refusal

EVERY_S = 3.0
LEFT = frozenset(("dropped", "not_drawn", "counted"))


class Pulse:
    """A thread that beats every few seconds while it is entered.

    `round_lost` turns true once the server no longer counts on this device in the round.
    """

    def __init__(self, api: Api, board: Board, round_id: UUID, every_s: float = EVERY_S) -> None:
        self._api = api
        self._board = board
        self._round = round_id
        self._every = every_s
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self.round_lost = False

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join(timeout=2 * self._every)

    def _beat(self) -> None:
        while not self._end.wait(self._every):
            try:
                self._hear(self._api.heartbeat(self._board.now.heartbeat()))
            except (Refusal, Stopped):
                continue  # the work goes on; the agent's own loop says what is wrong when it is done

    def _hear(self, beat: Beat) -> None:
        mine = {part.round_id: part.mine for part in beat.parts}.get(self._round)
        self.round_lost = mine is None or mine in LEFT
