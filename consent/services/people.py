"""Give an account its pseudonym."""

from consent.models import Subject


def subject_of(*, artist_id: int) -> Subject:
    """The pseudonym of this account, made at the first need."""
    subject, _made = Subject.objects.get_or_create(artist_id=artist_id)
    return subject
