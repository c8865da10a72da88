"""The clocks of the GDPR: one month, two further months, seventy-two hours. Pure."""

from datetime import datetime, timedelta

ANSWER_MONTHS = 1  # Art. 12(3), first sentence
EXTENSION_MONTHS = 2  # Art. 12(3), second sentence
BREACH_HOURS = 72  # Art. 33(1)
SOON = timedelta(days=7)


def months_later(at: datetime, months: int) -> datetime:
    """The same day and time of day `months` (>= 0) calendar months later; where that month has no such day, its
    last day (Regulation 1182/71, Art. 3(2)(c)). Week-ends are not added: the stricter reading."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = at.day
    while True:
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            day -= 1


def first_due(received_at: datetime) -> datetime:
    """By when a request must be answered, or its extension be told."""
    return months_later(received_at, ANSWER_MONTHS)


def extended_due(received_at: datetime) -> datetime:
    """By when an extended request must be answered: counted from the day it came, not from the day of extending."""
    return months_later(received_at, ANSWER_MONTHS + EXTENSION_MONTHS)


def breach_due(aware_at: datetime) -> datetime:
    """By when the authority must be told, 72 hours after the controller became aware."""
    return aware_at + timedelta(hours=BREACH_HOURS)


def time_left(due: datetime, *, at: datetime) -> str:
    """How much time is left, for people: `12 days left`, `5 hours left`, `3 days late`."""
    seconds = (due - at).total_seconds()
    amount = abs(seconds)
    if amount >= 2 * 86400:
        text = f"{int(amount // 86400)} days"
    elif amount >= 2 * 3600:
        text = f"{int(amount // 3600)} hours"
    else:
        minutes = int(amount // 60)
        text = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{text} left" if seconds >= 0 else f"{text} late"


def urgency(due: datetime, *, at: datetime) -> str:
    """The design system's tone: stop when it is late, wait when it is due within a week, else none."""
    if due <= at:
        return "stop"
    return "wait" if due - at <= SOON else ""
