"""Where letters about consent may go: to an address that the artist has confirmed, and nowhere else."""

from allauth.account.models import EmailAddress


def verified_address(artist_id: int) -> str | None:
    """The confirmed address of this account, the primary one first; None where none is confirmed."""
    rows = EmailAddress.objects.filter(user_id=artist_id, verified=True).order_by("-primary", "pk")
    first = rows.first()
    return str(first.email) if first else None
