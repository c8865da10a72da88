"""How much one artist may ask for, and what is said when it is too much."""

from datetime import timedelta

WAITING_MAX = 8
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

MINUTE = timedelta(minutes=1)
CHECK_MAX_BYTES = 8 << 20
"""A picture that somebody wants checked; fedart_site/sizes.py lets the form around it through."""
CHECK_MAX_PIXELS = 24_000_000
CHECKS_MAX = 20
"""Checks from one address within a minute."""
WARM_BASES_BYTES = 6 << 30
"""Weights of bases that a worker keeps in memory; the one it draws with stays, whatever its size."""
WARM_ADAPTERS_BYTES = 1 << 30
"""Weights of adapters that a worker keeps in memory."""
BATCH_MAX = 8
"""Pictures that a worker draws in one go."""
BATCH_WORK_MAX = 8 * 16 * 128 * 128
"""Pixels times steps of one batch, beyond its first picture: a short request waits for one batch, not for an hour."""
AREA_TIMES_MAX = 2.25
"""How many times the base's own area a picture may have: beyond, small bases repeat themselves and cost grows."""
DRAWN_MAX_BYTES = 4 << 20
"""A finished picture from an artist's own computer, as PNG."""
SILENT_FOR = timedelta(minutes=5)
"""A computer that draws and says nothing for so long has stopped; another, or the same, may take the request."""
PRESETS_MAX = 24
"""Named presets of one artist."""
COMPARED_VERSIONS = 4
"""Versions side by side in one strip."""

FILTER_WORDS_MAX = 100
"""Characters of a filter of the wall; more is cut."""
HIDDEN_MAX = 500
"""Artists and versions one viewer may hide."""
WALL_PAGE = 24
MINE_PAGE = 24

VAULT_PIECE = 4 << 20
"""Bytes of one piece of an encrypted file: an upload that breaks off loses at most this much."""
VAULT_MAX_BYTES = 8 << 30
"""All files of one vault together."""
VAULT_SMALL_MAX_BYTES = 16 << 10
"""keyring.age with all the readers it may have, or the wrap of one slot."""
VAULT_UNFINISHED_MAX = 16
"""Uploads of one vault that may lie unfinished or unlisted."""
VAULT_STRAY_FOR = timedelta(days=2)
"""How long a file may lie in no list before it is removed: an upload can be resumed that long."""
VAULT_LISTS_AT_ONCE = 100
"""Signed lists in one answer to somebody who was away."""
