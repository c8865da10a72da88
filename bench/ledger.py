"""How fast the ledger is with a million entries in it: `python bench/ledger.py` (--json, --entries, --statements).

Starts its own PostgreSQL in a temporary folder, with every commit written to disk as in production, and removes it.

append_vs_insert      one statement appended (entry, body and statement row, one transaction), against an INSERT of the
                      same statement row into a table without any fence; the two in turn, medians
batch_entries_per_s   entries with bodies, committed to in Python, 1,000 to a transaction
inclusion_proof_ms    the proof of a random entry in the whole tree, median
export_memory_mib     what writing, then verifying a bundle of the statements takes above an idle process, at its peak
export_entries_per_s  statements written into the bundle in a second
verify_entries_per_s  statements of the bundle checked in a second: signature, commitment, path
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from report import ROOT, Figure, report

ENTRIES, STATEMENTS, SINGLES, PROOFS, BATCH = 1_000_000, 100_000, 300, 300, 1000
FILL = """
INSERT INTO consent_entry (kind, hour, commitment)
SELECT 'round', '2026-11-24T05Z', sha256(int8send(n)) FROM generate_series(%s::bigint, %s::bigint) AS n
"""


def prepare(folder: Path) -> None:
    """Engines, settings, tables."""
    from fedart_site.engines import supervisor
    from fedart_site.engines.launch import Manner

    record = supervisor.up(folder, Manner(end_with_caller=True))
    os.environ |= {"FEDART_ENV": "test", "FEDART_STATE_DIR": str(folder), "DATABASE_URL": record.database_url}
    os.environ |= {"REDIS_URL": record.redis_url, "LOG_FORMAT": "console"}
    set_up()
    from django.conf import settings
    from django.core.management import call_command

    from fedart_site.server_key import make_server_key

    call_command("migrate", verbosity=0, skip_checks=True)
    make_server_key(Path(settings.LEDGER_KEY_FILE))
    make_server_key(Path(settings.SERVER_KEY_FILE))


def set_up() -> None:
    """Django, as every process of ours has it."""
    import django

    from fedart_site.environment import prepare_process

    prepare_process()
    django.setup()


def fill(entries: int) -> None:
    """Entries made by PostgreSQL itself, through the same triggers."""
    from django.db import connection

    with connection.cursor() as cursor:
        for start in range(0, entries, 50_000):
            cursor.execute(FILL, [start, min(start + 50_000, entries) - 1])
        cursor.execute("VACUUM ANALYZE consent_entry, consent_node")


def main() -> int:
    """Run everything and print the figures."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--json", action="store_true")
    options.add_argument("--entries", type=int, default=ENTRIES)
    options.add_argument("--statements", type=int, default=STATEMENTS)
    options.add_argument("--export-into", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.export_into:
        set_up()
        import ledger_parts

        print(json.dumps(ledger_parts.export(asked.export_into)))
        return 0
    with tempfile.TemporaryDirectory(prefix="fedart-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        try:
            prepare(folder)
            figures = measure(folder, asked.entries, asked.statements)
        finally:
            from fedart_site.engines import supervisor

            supervisor.erase(folder)
    return report("ledger", figures, asked.json)


def measure(folder: Path, entries: int, statements: int) -> list[Figure]:
    """All figures, over a ledger that has `entries` entries once the statements are in it."""
    import ledger_parts

    began = time.monotonic()
    fill(max(0, entries - statements))
    tell(f"filled to {max(0, entries - statements)}", began)
    batch = ledger_parts.append_statements(statements, BATCH)
    tell(f"{statements} statements appended", began)
    append, insert = ledger_parts.single_appends(SINGLES)
    proofs = ledger_parts.proofs(PROOFS)
    tell("single appends and proofs", began)
    command = [sys.executable, __file__, "--export-into", str(folder / "bundle.zip")]
    done = subprocess.run(command, cwd=ROOT / "bench", stdout=subprocess.PIPE, check=True, timeout=900)
    told = json.loads(done.stdout)
    tell("bundle written and verified", began)
    return [
        Figure("append_vs_insert", median(append) / median(insert), "ratio", "<= 3"),
        Figure("append_ms", 1000 * median(append), "ms"),
        Figure("insert_ms", 1000 * median(insert), "ms"),
        Figure("batch_entries_per_s", batch, "entries/s", ">= 5000"),
        Figure("inclusion_proof_ms", 1000 * median(proofs), "ms", "<= 5"),
        Figure("export_memory_mib", told["memory_mib"], "MiB", "< 200"),
        Figure("export_entries_per_s", told["export_per_s"], "entries/s"),
        Figure("verify_entries_per_s", told["verify_per_s"], "entries/s"),
        Figure("export_mib", told["bundle_mib"], "MiB"),
        Figure("exported_statements", told["statements"], "statements", f"== {statements + SINGLES}"),
    ]


def tell(what: str, began: float) -> None:
    """How far it is, for whoever watches."""
    print(f"[{time.monotonic() - began:5.0f} s] {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
