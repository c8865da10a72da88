"""The words and limits of reports: what may be reported, how it may end, how long each step may take. Pure."""

from collections.abc import Mapping
from datetime import timedelta

KINDS: Mapping[str, str] = {
    "unsaid": "No reason given",
    "copy": "It copies a picture or a style of mine",
    "person": "It shows a real person who did not agree",
    "adult": "It is for adults and not marked so",
    "hate": "It is hateful or threatens somebody",
    "illegal": "It breaks a law",
    "other": "Something else",
}
KEPT_REASONS: Mapping[str, str] = {
    "no-breach": "We looked at the picture and found nothing that our rules forbid.",
    "style-alone": "A way of drawing alone belongs to nobody; no picture is copied here.",
    "adult-marked": "The picture may stay, and is now shown only to those who want to see adult pictures.",
}
REMOVED_REASONS: Mapping[str, str] = {
    "copy": "The picture copies a work of somebody who did not agree.",
    "person": "The picture shows a real person who did not agree.",
    "hate": "The picture is hateful or threatens somebody.",
    "illegal": "The picture breaks a law.",
    "adult": "The picture shows what we do not show, not even to adults.",
}
REASONS: Mapping[str, str] = {**KEPT_REASONS, **REMOVED_REASONS}
MARKS_ADULT = "adult-marked"

WORDS_MAX = 500
REVIEW_WITHIN = timedelta(hours=72)
"""A moderator decides within this time; the picture stays hidden until then, and the clock is shown to both."""
APPEAL_WITHIN = timedelta(days=14)
"""How long after a decision the one it went against may ask for a second look."""
REPORTS_A_DAY = 20
"""By one account."""
REPORTS_A_DAY_FROM_AN_ADDRESS = 5
"""By people who are not signed in, from one address."""
UNSIGNED_HIDES_AN_HOUR = 20
"""Pictures that reports of people who are not signed in hide at once, all together; further ones only queue."""
REVIEWED_FOR = timedelta(days=30)
"""A picture that a moderator let stay is not hidden at once again this long; a further report only queues."""
WRONG_REPORTS = 3
"""A reporter of whom so many reports in WRONG_REPORTS_IN led to nothing, and none to anything, only queues."""
WRONG_REPORTS_IN = timedelta(days=90)
