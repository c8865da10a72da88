"""Six purposes, each decided by itself; pausing all of them; the same rule in Python and in SQL."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent import services
from consent.errors import Refusal
from consent.ledger.canonical import parse_canonical
from consent.models import Entry, EntryBody, Pause
from consent.purposes import PURPOSES, SHOW_IMAGES, TRAIN_SHARED
from consent.selectors import consent_summary, in_force, is_paused, live_grant, live_grants
from consent.services.notices import FOLDER, install_shipped_notices
from consent.views.texts import changes_between
from gallery.models import Artist
from tests.consent.pen import Pen

EACH = pytest.mark.parametrize("purpose", PURPOSES.values(), ids=lambda purpose: purpose.slug)


@pytest.fixture
def signer(alice: Artist, terms: Any, all_notices: Any) -> Pen:
    """Alice's browser, every text installed."""
    return Pen(alice).register()


def now_live(purpose: str) -> set[int]:
    """By the selector and by the condition that other rooms put into their queries: they must agree."""
    at = timezone.now()
    found = set(live_grants(purpose=purpose, at=at))
    assert found == set(
        Artist.objects.filter(in_force(purpose=purpose, at=at, artist="pk")).values_list("pk", flat=True)
    )
    return found


@EACH
def test_every_purpose_has_its_text_and_says_what_stays(purpose: Any) -> None:
    assert list(FOLDER.glob(f"{purpose.notice}-*.en.txt"))
    for words in (purpose.sentence, purpose.leaves_device, purpose.undone, purpose.stays, purpose.read_at):
        assert len(words) > 20
    assert purpose.from_campaign or purpose.terms


@EACH
def test_one_at_a_time(signer: Pen, alice: Artist, purpose: Any) -> None:
    statement = Pen(alice, purpose.code, signer.private).decide()
    document = parse_canonical(bytes(statement.document))
    assert (document["purpose"], document["legalBasis"]) == (purpose.code, purpose.legal_basis)
    assert document["data"]["leavesDevice"] == purpose.leaves_device
    for other in PURPOSES:
        assert now_live(other) == ({alice.pk} if other == purpose.code else set())
    Pen(alice, purpose.code, signer.private).revoke()
    assert now_live(purpose.code) == set()


@EACH
def test_its_page(signer: Pen, client: Client, alice: Artist, purpose: Any) -> None:
    client.force_login(alice)
    page = client.get(f"/consent/{purpose.slug}/").content.decode()
    assert "Not decided" in page
    assert page.count("data-decision=") == 2
    assert " checked" not in page
    assert ("Nothing reads this yet" in page) == bool(purpose.not_yet)
    Pen(alice, purpose.code, signer.private).decide()
    page = client.get(f"/consent/{purpose.slug}/").content.decode()
    assert "data-revoke" in page
    assert page.count("/consent/receipts/") == 1


def test_there_is_no_other_page(signer: Pen, client: Client, alice: Artist) -> None:
    client.force_login(alice)
    assert client.get("/consent/everything/").status_code == 404


def test_the_overview_asks_each_once_in_few_queries(
    signer: Pen, client: Client, alice: Artist, django_assert_max_num_queries: Any
) -> None:
    client.force_login(alice)
    Pen(alice, SHOW_IMAGES, signer.private).decide()
    with django_assert_max_num_queries(60):
        page = client.get("/consent/").content.decode()
    assert [page.count(f'href="/consent/{purpose.slug}/"') for purpose in PURPOSES.values()] == [2] * 6
    assert page.count("Read and decide<") == 5


class TestPause:
    def test_everything_is_out_of_force_and_comes_back(self, signer: Pen, alice: Artist, bob: Artist) -> None:
        signer.decide()
        Pen(bob).register().decide()
        pause, begun = services.pause_everything(artist=alice, at=timezone.now())
        assert begun
        assert now_live(TRAIN_SHARED) == {bob.pk}
        assert live_grant(artist_id=alice.pk, purpose=TRAIN_SHARED, at=timezone.now()) is None
        before = live_grant(
            artist_id=alice.pk, purpose=TRAIN_SHARED, at=pause.began_at - timedelta(microseconds=1)
        )
        assert before is not None
        stands = consent_summary(artist_id=alice.pk, purpose=TRAIN_SHARED, at=timezone.now())
        assert (stands.granted, stands.in_force) == (True, False)
        assert services.resume_everything(artist=alice, at=timezone.now())
        assert now_live(TRAIN_SHARED) == {alice.pk, bob.pk}
        assert is_paused(artist_id=alice.pk, at=pause.began_at) is not None

    def test_twice_is_once(self, signer: Pen, alice: Artist) -> None:
        size = Entry.objects.count()
        assert services.pause_everything(artist=alice, at=timezone.now())[1]
        assert not services.pause_everything(artist=alice, at=timezone.now())[1]
        assert services.resume_everything(artist=alice, at=timezone.now())
        assert not services.resume_everything(artist=alice, at=timezone.now())
        assert Pause.objects.count() == 1
        assert Entry.objects.count() == size + 2
        bodies = EntryBody.objects.filter(entry__kind="pause").order_by("entry")
        assert [parse_canonical(bytes(one.body))["event"] for one in bodies] == ["paused", "resumed"]

    def test_revoking_goes_on_working(self, signer: Pen, alice: Artist) -> None:
        signer.decide()
        services.pause_everything(artist=alice, at=timezone.now())
        assert signer.revoke().status == "ConsentWithdrawn"
        services.resume_everything(artist=alice, at=timezone.now())
        assert now_live(TRAIN_SHARED) == set()

    def test_by_form_and_by_json(self, signer: Pen, client: Client, alice: Artist) -> None:
        client.force_login(alice)
        assert "Everything is paused" in client.post("/consent/pause", follow=True).content.decode()
        again = client.post("/consent/pause", b"{}", content_type="application/json").json()
        assert again == {"changed": False, "paused": True}
        assert "Resumed." in client.post("/consent/resume", follow=True).content.decode()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["grant", "refuse", "revoke", "pause", "resume", "new text"]), max_size=6))
def test_python_and_sql_agree_whatever_happened(signer: Pen, alice: Artist, said: list[str]) -> None:
    for number, word in enumerate(said):
        at = timezone.now()
        if word in ("grant", "refuse"):
            signer.decide(word)
        elif word == "revoke":
            signer.revoke()
        elif word == "pause":
            services.pause_everything(artist=alice, at=at)
        elif word == "resume":
            services.resume_everything(artist=alice, at=at)
        else:
            version = f"{Entry.objects.count() + 100}.{number}"
            text = f"# Text {version}\n"
            services.install_notice(name="train-shared", version=version, language="en", text=text, at=at)
        now_live(TRAIN_SHARED)


class TestWorks:
    ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")

    def report(self, artist: Artist, commitment: str, *, device: Any, count: int = 42) -> bool:
        return services.report_works(
            artist_id=artist.pk,
            device=device,
            device_name="Laptop",
            commitment=commitment,
            count=count,
            at=timezone.now(),
        )[1]

    def test_what_the_devices_told_is_what_she_signs(
        self, signer: Pen, client: Client, alice: Artist, bob: Artist
    ) -> None:
        import uuid

        first, second = uuid.uuid4(), uuid.uuid4()
        client.force_login(alice)
        assert parse_canonical(bytes(signer.decide().document))["data"]["works"] == []
        assert self.report(alice, self.TWO, device=first)
        page = client.get("/consent/train/").content.decode()
        assert "Sign again to limit it to the works named below" in page
        assert "Your folder has changed" not in page
        assert page.count("data-decision=") == 2
        assert self.report(alice, self.ONE, device=first, count=40)
        assert not self.report(alice, self.ONE, device=first, count=40)
        assert self.report(alice, self.TWO, device=second)
        self.report(bob, "sha256:" + "3" * 64, device=uuid.uuid4())
        wanted = [{"commitment": self.ONE, "count": 40}, {"commitment": self.TWO, "count": 42}]
        signed = signer.decide()
        assert parse_canonical(bytes(signed.document))["data"]["works"] == wanted
        withdrawn = signer.revoke()
        assert parse_canonical(bytes(withdrawn.document))["data"]["works"] == wanted
        signer.decide()
        assert "Your folder has changed" not in client.get("/consent/train/").content.decode()
        services.forget_works(device=second)
        page = client.get("/consent/train/").content.decode()
        assert "Your folder has changed" in page
        assert "40 works on Laptop" in page
        assert page.count("data-work=") == 1

    @pytest.mark.parametrize(
        ("commitment", "count"), [("sha256:1", 1), (ONE, 0), (ONE, 10**7), (ONE + "\n", 1)]
    )
    def test_refuses_what_is_no_commitment(self, alice: Artist, commitment: str, count: int) -> None:
        import uuid

        with pytest.raises(Refusal, match="wrong-shape"):
            self.report(alice, commitment, device=uuid.uuid4(), count=count)


def test_a_new_text_says_line_by_line_what_changed(signer: Pen, client: Client, alice: Artist) -> None:
    granted = signer.decide()
    text = granted.notice.text.replace("Never your pictures", "Still never your pictures") + "A last word.\n"
    newer, _ = services.install_notice(
        name="train-shared", version="9.0", language="en", text=text, at=timezone.now()
    )
    changes = changes_between(granted.notice, newer)
    assert [line[:12] for line in changes.added] == ["Still never ", "A last word."]
    assert [line[:11] for line in changes.removed] == ["Never your "]
    client.force_login(alice)
    page = client.get("/consent/train/").content.decode()
    assert "Asking again" in page
    assert "What changed since version" in page
    assert "<li>A last word.</li>" in page
    assert now_live(TRAIN_SHARED) == set()


def test_installing_all_texts_again_changes_nothing(all_notices: Any) -> None:
    assert install_shipped_notices(at=timezone.now()) == []
