"""Which rows and files an erasure takes, and taking them; reads the register, so that no table is forgotten."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import F, Func, IntegerField, Q, Value

from consent.holdings.kinds import DELETE, SEAL, UNLINK
from consent.holdings.registry import holdings, personal_holdings, rows_of, storage_names
from consent.ledger.kinds import KINDS
from consent.models import BrowserKey, ConsentExport, EntryBody, Statement, Subject

# Kinds of entries whose body may name a person by her pseudonym; public bodies never do.
NAMING_KINDS = tuple(name for name, kind in KINDS.items() if not kind.public)
CHUNK = 1000


@dataclass
class Plan:
    """What a restarted worker needs: keys by table, files, identifiers to look for, the address for the letter."""

    keys: dict[str, list[Any]] = field(default_factory=dict)
    entry_bodies: list[int] = field(default_factory=list)
    files: list[list[str]] = field(default_factory=list)
    all_files: list[list[str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    address: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Plan":
        return cls(**values)


def plan_of(artist_id: int) -> Plan:
    """Everything that will go, read before anything goes."""
    plan = Plan()
    for holding in personal_holdings():
        rows = rows_of(holding, artist_id)
        keys = list(rows.values_list("pk", flat=True))
        if keys:
            plan.keys[holding.model] = [key if isinstance(key, int) else str(key) for key in keys]
        if holding.files:
            plan.files += [list(pair) for pair in storage_names(holding, rows.iterator(chunk_size=CHUNK))]
    exports = ConsentExport.objects.filter(looks__artist_id=artist_id).exclude(file_name="").distinct()
    plan.files += [["exports", export.file_name] for export in exports]
    plan.all_files = list(plan.files)
    plan.names = _names(artist_id)
    plan.address = str(get_user_model().objects.get(pk=artist_id).email)
    plan.entry_bodies = _bodies(artist_id, plan)
    return plan


def _names(artist_id: int) -> list[str]:
    """What singles this person out wherever it stands: addresses, handle, pseudonym, keys. At least eight letters."""
    artist = get_user_model().objects.get(pk=artist_id)
    found = {artist.email, artist.handle}
    found |= set(Subject.objects.filter(artist_id=artist_id).values_list("urn", flat=True))
    found |= set(BrowserKey.objects.filter(artist_id=artist_id).values_list("multibase", flat=True))
    for holding in personal_holdings():
        if "email" in holding.identifies.split():
            found |= set(rows_of(holding, artist_id).values_list("email", flat=True))
    return sorted(name for name in found if len(name) >= 8)


def _bodies(artist_id: int, plan: Plan) -> list[int]:
    """The bodies and salts of entries that speak of this person: her statements, her keys, her devices."""
    found = set(Statement.objects.filter(artist_id=artist_id).values_list("entry_id", flat=True))
    words = [name for name in plan.names if ":" in name or name.startswith("z6Mk")]
    words += [str(key) for key in plan.keys.get("federation.Device", [])]
    naming = EntryBody.objects.filter(entry__kind__in=NAMING_KINDS)
    for word in words:
        place = Func(
            Value(word.encode()),
            F("body"),
            function="position",
            arg_joiner=" in ",
            output_field=IntegerField(),
        )
        found |= set(naming.annotate(place=place).filter(place__gt=0).values_list("pk", flat=True))
    return sorted(found)


def remove_rows(*, artist_id: int, plan: Plan) -> None:
    """Unlink what stays, then delete what goes, the account last. In the caller's transaction."""
    expired = {"state": ConsentExport.State.EXPIRED, "file_name": "", "filters": {}}
    names = [name for storage, name in plan.files if storage == "exports"]
    ConsentExport.objects.filter(file_name__in=names).exclude(file_name="").update(**expired)
    for holding in holdings():
        if holding.on_erasure == UNLINK and holding.model in plan.keys:
            rows = apps.get_model(holding.model)._base_manager.filter(pk__in=plan.keys[holding.model])
            if holding.blank:
                rows.update(**holding.blank)
    _withdraw_filters(artist_id, plan)
    apps.get_model("consent.Draft")._base_manager.filter(artist_id=artist_id).delete()
    apps.get_model("consent.Statement")._base_manager.filter(artist_id=artist_id).delete()
    EntryBody.objects.filter(pk__in=plan.entry_bodies).delete()
    for holding in holdings():
        if holding.on_erasure in (DELETE, SEAL) and holding.model in plan.keys:
            apps.get_model(holding.model)._base_manager.filter(pk__in=plan.keys[holding.model]).delete()


def _withdraw_filters(artist_id: int, plan: Plan) -> None:
    """Exports that were searched by this person's address keep no filter that names her."""
    for name in plan.names:
        ConsentExport.objects.filter(Q(filters__artist__icontains=name)).update(filters={})
