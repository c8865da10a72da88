"""Terms of training as federation would give them; `NOW` can be changed inside a test (fixture `terms`)."""

USUAL: dict[str, str | int] = {
    "campaign": "First light",
    "base": "sha256:" + "ab" * 32,
    "minCohort": 3,
    "scheme": "UnsafePlainSum hides nothing.",
    "privacy": "no formal privacy claim",
    "licence": "the shared adapter only",
}
NOW: dict[str, str | int] = dict(USUAL)


def source() -> dict[str, str | int]:
    """What the setting CONSENT_TERMS_SOURCE names in these tests."""
    return dict(NOW)
