"""The register knows every column of every table, and what it says about erasure can be done."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist

from consent.holdings.kinds import DELETE, KEEP, ON_ERASURE, SEAL, UNLINK, Holding
from consent.holdings.registry import holdings, retention_rules, rows_of

MODELS = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
REGISTER = holdings()


def test_every_table_has_exactly_one_line() -> None:
    labels = [holding.model for holding in REGISTER]
    missing = set(MODELS) - set(labels)
    assert not missing, (
        f"not classified: {sorted(missing)}. Add a Holding with every column to the personal.py of that app; "
        "consent/holdings/kinds.py explains the words."
    )
    assert sorted(labels) == sorted(MODELS)


@pytest.mark.parametrize("holding", REGISTER, ids=lambda holding: holding.model)
def test_every_column_is_classified_once(holding: Holding) -> None:
    columns = [field.name for field in MODELS[holding.model]._meta.concrete_fields]
    assert sorted(holding.columns) == sorted(columns), (
        f"{holding.model}: classify {sorted(set(columns) ^ set(holding.columns))} in its app's personal.py"
    )


@pytest.mark.parametrize("holding", REGISTER, ids=lambda holding: holding.model)
def test_a_line_says_what_can_be_done(holding: Holding) -> None:
    assert holding.on_erasure in ON_ERASURE
    assert holding.title
    assert holding.why
    assert holding.kept
    if holding.person:
        assert holding.on_erasure != KEEP, "rows that belong to a person are deleted, sealed or unlinked"
        str(rows_of(holding, 1).query)  # the path exists
    else:
        assert holding.on_erasure == KEEP
    assert (holding.on_erasure == UNLINK) >= bool(holding.blank)
    for column in (*holding.blank, *holding.files):
        MODELS[holding.model]._meta.get_field(column)


def test_each_reference_to_an_account_is_known() -> None:
    """A column that points at an account identifies its owner, or is an employee's."""
    account = MODELS["gallery.Artist"]
    for holding in REGISTER:
        for field in MODELS[holding.model]._meta.concrete_fields:
            if field.related_model is account:
                assert field.name in (holding.identifies + " " + holding.others).split(), (
                    holding.model,
                    field.name,
                )


def test_files_are_named_where_a_column_holds_one() -> None:
    """Every column called file, thumb or file_name of a person's table names its storage."""
    for holding in REGISTER:
        if holding.person and holding.on_erasure in (DELETE, SEAL):
            named = {
                column
                for column in holding.columns
                if column in ("file", "thumb", "file_name", "storage_name")
            }
            assert named <= set(holding.files), holding.model


@pytest.mark.django_db
def test_retention_rules_can_be_asked() -> None:
    from django.utils import timezone

    rules = retention_rules()
    assert len({rule.code for rule in rules}) == len(rules) >= 10
    for rule in rules:
        rows = rule.select(timezone.now() - rule.period)
        assert rows.count() == 0
        if rule.hold:
            try:
                rows.model._meta.get_field(rule.hold.split("__")[0])
            except FieldDoesNotExist:
                pytest.fail(f"{rule.code}: no column {rule.hold}")
