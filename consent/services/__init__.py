"""Everything that writes. Verbs, keyword-only, one transaction each; refusals change nothing."""

from consent.services.drafts import make_draft
from consent.services.keys import register_key, withdraw_key
from consent.services.ledger import append_entry
from consent.services.looks import record_looks
from consent.services.notices import install_notice
from consent.services.pauses import pause_everything, resume_everything
from consent.services.people import subject_of
from consent.services.statements import record_statement, revoke
from consent.services.works import forget_works, report_works

__all__ = [
    "append_entry",
    "forget_works",
    "install_notice",
    "make_draft",
    "pause_everything",
    "record_looks",
    "record_statement",
    "register_key",
    "report_works",
    "resume_everything",
    "revoke",
    "subject_of",
    "withdraw_key",
]
