"""Everything that writes. Verbs, keyword-only, one transaction each; refusals change nothing."""

from consent.services.drafts import make_draft
from consent.services.keys import register_key, withdraw_key
from consent.services.ledger import append_entry
from consent.services.looks import record_looks
from consent.services.notices import install_notice
from consent.services.people import subject_of
from consent.services.statements import record_statement, revoke

__all__ = [
    "append_entry",
    "install_notice",
    "make_draft",
    "record_looks",
    "record_statement",
    "register_key",
    "revoke",
    "subject_of",
    "withdraw_key",
]
