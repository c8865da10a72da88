"""Every door of the agents stands in the OpenAPI page, with words and with its errors."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    from drf_spectacular.generators import SchemaGenerator

    return dict(SchemaGenerator().get_schema(request=None, public=True)["paths"])


def test_every_door_is_described(paths: dict[str, Any]) -> None:
    from federation.api_urls import urlpatterns

    ours = {path: doors for path, doors in paths.items() if _ours(path)}
    assert len(ours) == len(urlpatterns) + 2
    for path, doors in ours.items():
        for method, door in doors.items():
            if method == "parameters":
                continue
            assert door["summary"], path
            errors = [status for status in door["responses"] if status.startswith("4")]
            assert errors, path
            for answer in door["responses"].values():
                assert answer["description"], path


def test_devices_have_their_own_scheme(paths: dict[str, Any]) -> None:
    """Agents' doors name the bearer token of a device; public ones need none."""
    assert paths["/api/v1/agent/heartbeat"]["post"]["security"] == [{"device": []}]
    assert paths["/api/v1/server"]["get"].get("security", [{}]) == [{}]


def _ours(path: str) -> bool:
    first = path.removeprefix("/api/v1/").split("/")[0]
    return path.startswith("/oauth/") or first in (
        "server", "agent", "rounds", "bases", "blobs", "versions", "campaigns",
    )  # fmt: skip
