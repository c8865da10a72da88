"""How much one artist may ask for, and what is said when it is too much."""

from datetime import timedelta

WAITING_MAX = 6
"""Requests of one artist that may wait or run at a time: the queue is everybody's."""
HOURLY_MAX = 60
"""Requests of one artist within any sixty minutes, cancelled ones included."""
HOUR = timedelta(hours=1)

ATTEMPTS_MAX = 2
"""Starts of one request: after a worker died it runs once more, then it fails with a reason."""
RESEND_AFTER = timedelta(minutes=2)
"""A queued request whose message was sent longer ago is sent again; a double message does nothing."""
UNDO_FOR = timedelta(days=1)
"""How long a deleted picture can be brought back before its files go."""
PREVIEW_MAX_BYTES = 65_536
"""A preview travels through Valkey and a WebSocket to every open tab: it stays small."""

WALL_PAGE = 24
MINE_PAGE = 24
