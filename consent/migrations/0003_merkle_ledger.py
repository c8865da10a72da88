"""From a hash chain to a Merkle tree (docs/decisions/0012-merkle-ledger.md).

The old chain is recomputed before its column goes: a ledger that is broken is not carried over. Nothing is lost with the
column, for the heads of the chain follow from the leaf hashes alone, and `verify_ledger` still checks those that old
statements name. There is no way back: the tree's fence does not let a column be filled in.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

FENCE = Path(__file__).with_name("0003_merkle.sql")
APPEND_LOCK = 0x4665644172744C31  # consent/models/ledger.py
NO_OLD_FENCE = """
DROP TRIGGER consent_entry_link ON consent_entry;
DROP TRIGGER consent_entry_no_change ON consent_entry;
DROP TRIGGER consent_entry_no_truncate ON consent_entry;
DROP FUNCTION consent_entry_link();
DROP FUNCTION consent_entry_refuse();
"""


def check_chain(apps: Any, schema_editor: Any) -> None:
    """Recompute the chain that is about to go."""
    head = sha256(b"fedart/chain/v1").digest()
    alias = schema_editor.connection.alias
    entries = apps.get_model("consent", "Entry").objects.using(alias).order_by("index")
    for expected, row in enumerate(
        entries.values_list("index", "leaf_hash", "chain_hash").iterator(chunk_size=2000)
    ):
        index, leaf, chain = row
        head = sha256(head + bytes(leaf)).digest()
        if index != expected or head != bytes(chain):
            raise ValueError(
                f"the old ledger is broken at entry {expected}; mend it from a backup before you migrate"
            )


def raise_fence(apps: Any, schema_editor: Any) -> None:
    """Triggers, functions, and the nodes above the entries that are there."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = schema_editor.connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(FENCE.read_text("utf-8").format(schema=schema, lock=APPEND_LOCK))


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_append_only")]

    operations = [
        migrations.RunPython(check_chain),
        migrations.RunSQL(NO_OLD_FENCE),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("size",),
            },
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("witness", models.CharField(max_length=255)),
                ("line", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.DeleteModel(
            name="LedgerHead",
        ),
        migrations.RemoveField(
            model_name="entry",
            name="chain_hash",
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["leaf_hash"], name="consent_entry_leaf"),
        ),
        migrations.AddField(
            model_name="cosignature",
            name="checkpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cosignatures",
                to="consent.checkpoint",
            ),
        ),
        migrations.AddConstraint(
            model_name="cosignature",
            constraint=models.UniqueConstraint(
                fields=("checkpoint", "witness"), name="consent_cosignature_once"
            ),
        ),
        migrations.RunPython(raise_fence),
    ]
