"""The largest request bodies, in bytes, by path. Named here once; limits.py enforces them."""

KIB, MIB = 1024, 1024 * 1024
# A masked update is 4 bytes for each shared number; 64 MiB holds sixteen million of them.
MAX_ROUND_MESSAGE = 64 * MIB
MAX_API_JSON = 256 * KIB
MAX_OAUTH_FORM = 16 * KIB
# A signed statement is about 4 KiB.
MAX_STATEMENT = 64 * KIB
# A piece of an encrypted file (gallery/limits.py: VAULT_PIECE), with room to spare.
MAX_VAULT_PIECE = 5 * MIB
# A picture to check (gallery/limits.py: CHECK_MAX_BYTES) and the form around it.
MAX_CHECK = 8 * MIB + 64 * KIB
# A picture drawn on an artist's own computer (gallery/limits.py: DRAWN_MAX_BYTES), with room to spare.
MAX_DRAWN = 5 * MIB
MAX_FORM = 1 * MIB
# The first prefix that fits decides.
BY_PREFIX = (
    ("/api/v1/rounds/", MAX_ROUND_MESSAGE),
    ("/api/v1/vault/objects/", MAX_VAULT_PIECE),
    ("/api/v1/drawings/", MAX_DRAWN),
    ("/api/", MAX_API_JSON),
    ("/oauth/", MAX_OAUTH_FORM),
    ("/consent/", MAX_STATEMENT),
    ("/accounts/", MAX_STATEMENT),
    ("/check/", MAX_CHECK),
    ("/", MAX_FORM),
)


def limit_of(path: str) -> int:
    """The largest body in bytes that a path takes."""
    return next((limit for prefix, limit in BY_PREFIX if path.startswith(prefix)), MAX_FORM)
