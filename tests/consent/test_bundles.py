"""A bundle of real statements is written from the database and verifies without it."""

import io
from typing import Any

import pytest
from django.utils import timezone

from consent.ledger.bundle_reader import check_bundle
from consent.ledger.verify import Trust
from consent.models import EntryBody, Statement
from consent.selectors.openings import opened_statements
from consent.services.bundles import signed_bundle
from consent.signing_keys import ledger_key
from tests.consent.pen import Pen


def written(statements: list[Statement]) -> Any:
    target = io.BytesIO()
    with signed_bundle(target, at=timezone.now()) as bundle:
        for record in opened_statements(statements, prover=bundle.prover):
            bundle.writer.add_record(record)
        bundle.writer.add_file("README.txt", [b"Read ", b"me.\n"])
    return target


def test_statements_of_the_database_verify_in_a_bundle(pen: Pen) -> None:
    pen.decide()
    pen.revoke()
    pen.decide("refuse")
    report = check_bundle(written(list(Statement.objects.all())), Trust(logs=(ledger_key(),)))
    assert report.holds, report.wrong
    assert "all 3 records" in report.proven[-1]
    assert "2 statements signed in a browser, 1 withdrawals" in report.proven[-1]


def test_an_erased_statement_is_left_out(pen: Pen) -> None:
    first = pen.decide()
    pen.revoke()
    EntryBody.objects.filter(entry=first.entry_id).delete()
    assert "all 1 records" in check_bundle(written(list(Statement.objects.all()))).proven[-1]


def test_a_bundle_that_broke_off_is_not_signed(pen: Pen) -> None:
    pen.decide()
    target = io.BytesIO()

    def broken() -> None:
        with signed_bundle(target, at=timezone.now()) as bundle:
            bundle.writer.add_file("a.txt", [b"a"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert check_bundle(target).code == "bad-bundle"
