"""The page that describes the API."""

import pytest
from django.test import Client

from fedart_site import api_docs


@pytest.mark.django_db
def test_every_operation_is_described(client: Client) -> None:
    groups = api_docs.groups()
    operations = [operation for group in groups.values() for operation in group]
    assert len(operations) >= 20
    assert [
        operation.id for operation in operations if not (operation.summary and operation.description)
    ] == []
    assert [
        operation.id for operation in operations if not all(text for _, text in operation.answers[1:])
    ] == []
    text = client.get("/api/docs/").content.decode()
    assert all(operation.path in text for operation in operations)


@pytest.mark.django_db
def test_schema_is_public_and_valid(client: Client) -> None:
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert b"openapi: 3" in answer.content
