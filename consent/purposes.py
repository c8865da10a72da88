"""What artists are asked for. One entry per purpose; the page, the statement, the gates and the records all read this
table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consent.errors import refusal

TRAIN_SHARED = "fa:TrainSharedAdapter"
STORE_PERSONAL = "fa:StorePersonalAdapter"
GENERATE_ON_SERVER = "fa:GenerateOnServer"
SHOW_IMAGES = "fa:ShowImages"
CREDIT_BY_NAME = "fa:CreditByName"
GROUP_STATISTICS = "fa:GroupStatistics"

EXPLICIT = "eu-gdpr:A6-1-a-explicit-consent"
CONSENT = "eu-gdpr:A6-1-a"
CONTRACT = "eu-gdpr:A6-1-b"


@dataclass(frozen=True)
class Purpose:
    """One purpose. `notice` names the text that is shown; `legal_basis`, `processing`, `leaves_device` and `terms` go
    into the signed statement as they stand (training takes its terms from the campaign instead, `from_campaign`).

    `undone` and `stays` say what revoking can and cannot take back. `not_yet` is empty where the feature exists; else
    it says openly that nothing reads the permission yet. `read_at` names the gates.
    """

    code: str
    slug: str
    title: str
    sentence: str
    notice: str
    legal_basis: str
    processing: tuple[str, ...]
    leaves_device: str
    undone: str
    stays: str
    read_at: str
    terms: Mapping[str, str | int] = field(default_factory=dict)
    from_campaign: bool = False
    not_yet: str = ""


PURPOSES: dict[str, Purpose] = {
    purpose.code: purpose
    for purpose in (
        Purpose(
            code=TRAIN_SHARED,
            slug="train",
            title="Train the shared adapter",
            sentence="Your computer may help to teach the picture model that all artists here share.",
            notice="train-shared",
            legal_basis=EXPLICIT,
            processing=("ai:ModelFineTuning", "dpv:Aggregate"),
            leaves_device="a clipped list of numbers per round; never a picture, a caption or a file name",
            undone="Your devices are drawn into no further round, and numbers not yet added up are left out.",
            stays="Numbers already added to a sum cannot be taken out by anybody; versions made with them stay.",
            read_at="by your own computer before it trains; when a cohort is drawn; before numbers are added up; "
            "before a version is published",
            from_campaign=True,
        ),
        Purpose(
            code=STORE_PERSONAL,
            slug="style",
            title="Keep my personal style here",
            sentence="We may keep an encrypted copy of the adapter of your own style, which only you can open.",
            notice="store-personal",
            legal_basis=CONTRACT,
            processing=("dpv:Store",),
            leaves_device="an encrypted file that only your keys open, its size and the time it came",
            undone="The encrypted copy is deleted after seven days, in which you can change your mind.",
            stays="Copies that you downloaded stay with you. Pictures made with it before stay yours.",
            read_at="when a file is put into the vault; each hour, for those who revoked seven days ago",
            terms={"form": "age-encrypted; the server holds no key", "grace": "P7D"},
        ),
        Purpose(
            code=GENERATE_ON_SERVER,
            slug="studio",
            title="Use my personal style on your machines",
            sentence="Our machines may open your personal style while they make a picture that you ask for.",
            notice="generate-on-server",
            legal_basis=EXPLICIT,
            processing=("dpv:Use", "ai:GenerateContent"),
            leaves_device="a single-use key to one file of yours, for one picture, valid for ten minutes",
            undone="Every unused key is refused at once; no picture is made with your style from then on.",
            stays="Pictures already made stay yours. While one is being made, our machine can read the adapter; a "
            "dishonest operator could keep it.",
            read_at="when you ask for a picture, and again when a machine begins to draw it",
            terms={"each": "one picture you asked for", "lives": "PT10M"},
            not_yet="Personal styles cannot be used on our machines yet, so nothing is opened. Pictures with the "
            "shared adapter need no permission of this kind. Your answer is recorded.",
        ),
        Purpose(
            code=SHOW_IMAGES,
            slug="wall",
            title="Show my pictures on the wall",
            sentence="Pictures that you publish, one by one, may be seen by everybody.",
            notice="show-images",
            legal_basis=CONSENT,
            processing=("dpv:Display", "dpv:MakeAvailable"),
            leaves_device="nothing new: pictures made in the studio lie on our machines already",
            undone="All of them are off the wall at once, for everybody.",
            stays="Copies that others saved meanwhile are beyond our reach. You keep your pictures, private.",
            read_at="when you publish, and each time the wall or one of your pictures is shown",
            terms={
                "shows": "only pictures I publish one by one",
                "training": "reserved, nobody may train on them",
            },
        ),
        Purpose(
            code=CREDIT_BY_NAME,
            slug="name",
            title="Credit me by name",
            sentence="The name you chose may stand beside your pictures and on your public page.",
            notice="credit-by-name",
            legal_basis=CONSENT,
            processing=("dpv:Disclose",),
            leaves_device="nothing: the name is the one in your account",
            undone="The name is gone from the wall and from your public page at once.",
            stays="Who read or noted your name before knows it. Files that others saved never held it.",
            read_at="each time the wall, a picture or your public page is shown",
            terms={"shows": "the name I set in my account, as it is at the time"},
        ),
        Purpose(
            code=GROUP_STATISTICS,
            slug="statistics",
            title="Count me in group statistics",
            sentence="You may be counted in totals over groups of at least ten artists.",
            notice="group-statistics",
            legal_basis=CONSENT,
            processing=("dpv:Analyse",),
            leaves_device="nothing: totals are counted from what the server has",
            undone="You are left out of every report made from then on.",
            stays="Reports made before stay as they are; none says anything about one person.",
            read_at="when a report is made",
            terms={"minGroup": 10},
            not_yet="No statistics are made yet, so nobody is counted. Your answer is recorded and will be read.",
        ),
    )
}
BY_SLUG = {purpose.slug: purpose for purpose in PURPOSES.values()}


def purpose_of(code: object) -> Purpose:
    """The purpose of that code; refuses (`unknown-purpose`) any other."""
    found = PURPOSES.get(code) if isinstance(code, str) else None
    if found is None:
        raise refusal("unknown-purpose")
    return found
