"""What the base can draw: some 230 well-drawn concepts, how often each is seen, and short words for them.

A small model that has seen a few things often draws them better than one that has seen everything once.
"""

from dataclasses import dataclass

OFTEN: dict[str, tuple[str, ...]] = {
    # label -> short words that also mean it. Ten times as often as the plain ones.
    "red heart": ("heart",),
    "red apple": ("apple",),
    "evergreen tree": ("tree", "fir tree"),
    "deciduous tree": ("tree",),
    "star": ("yellow star",),
    "cat face": ("cat",),
    "house": ("home",),
    "house with garden": ("house", "house with tree"),
    "fish": ("blue fish",),
    "tropical fish": ("fish",),
    "automobile": ("car", "red car"),
    "sport utility vehicle": ("car", "blue car"),
}
KIN: dict[str, tuple[str, ...]] = {
    # Their near kin, and other subjects worth a prompt: twice as often.
    "blue heart": ("heart blue",), "green heart": ("heart green",), "yellow heart": ("heart yellow",),
    "purple heart": ("heart purple",), "black heart": ("heart black",), "sparkling heart": ("heart with stars",),
    "green apple": ("apple green",), "palm tree": ("palm",), "christmas tree": (),
    "glowing star": ("star",), "smiling cat with heart eyes": (), "grinning cat": ("cat",), "crying cat": (),
    "kissing cat": (), "pouting cat": (), "weary cat": (), "cat with tears of joy": (), "tiger face": ("tiger",),
    "fox": (), "houses": (), "derelict house": ("old house",), "hut": (), "blowfish": ("round fish",), "shark": (),
    "dolphin": (), "whale": (), "spouting whale": ("whale",), "taxi": ("yellow car",), "oncoming automobile": ("car",),
    "oncoming taxi": (), "racing car": (), "police car": (), "bus": (), "delivery truck": ("truck",),
    "dog face": ("dog",), "grinning face": ("smile", "face"), "slightly smiling face": ("face",),
    "smiling face with sunglasses": (), "sun": (), "tulip": ("flower",), "sunflower": ("flower",),
    "crescent moon": ("moon",), "rocket": (), "umbrella": (), "mushroom": (), "balloon": (),
}  # fmt: skip
# Everything else, once each.
PLAIN = """
lion; bear; koala; panda; frog; chicken; penguin; owl; butterfly; lady beetle; octopus; snail;
turtle; bug; honeybee; rose; cherry blossom; hibiscus; blossom; cactus; four leaf clover; maple
leaf; seedling; pig face; cow face; rabbit face; mouse face; monkey face; horse face; wolf; hamster;
unicorn; duck; baby chick; bird; elephant; crab; spiral shell; paw prints; grapes; melon;
watermelon; tangerine; lemon; banana; pineapple; pear; peach; cherries; strawberry; tomato;
eggplant; carrot; hot pepper; avocado; pizza; hamburger; french fries; cooking; cheese wedge; bread;
croissant; doughnut; cookie; birthday cake; shortcake; soft ice cream; ice cream; lollipop; candy;
hot beverage; beer mug; wine glass; sushi; rice ball; full moon; full moon face; sun with face;
cloud; rainbow; fire; droplet; snowflake; snowman without snow; high voltage; mountain; snow capped
mountain; volcano; castle; tent; church; school; hospital; office building; locomotive; tram;
ambulance; fire engine; tractor; bicycle; sailboat; ship; airplane; helicopter; anchor; alarm clock;
hourglass done; soccer ball; basketball; tennis; trophy; wrapped gift; ribbon; jack o lantern; game
die; artist palette; bullseye; key; light bulb; crown; guitar; gem stone; camera; top hat; bell;
hammer; door; package; books; closed book; t shirt; sunglasses; envelope; pencil; scissors; locked;
magnifying glass tilted left; candle; drum; trumpet; beaming face with smiling eyes; smiling face
with heart eyes; winking face; face with tongue; crying face; angry face; sleeping face; thinking
face; face with open mouth; smiling face with halo; kissing face; ghost; alien; robot; skull; alien
monster; two hearts; broken heart; heart with arrow; heart with ribbon; growing heart; collision;
speech balloon; red circle; blue circle; large orange diamond; check mark; cross mark; warning;
musical note
"""


@dataclass(frozen=True)
class Subject:
    """`weight`: how often relative to a plain subject; `words`: captions by which it is also known."""

    weight: float
    words: tuple[str, ...]


def subjects() -> dict[str, Subject]:
    """Label -> subject. A trailing " face" may be left out of any caption."""
    plain: dict[str, tuple[str, ...]] = {" ".join(label.split()): () for label in PLAIN.split(";")}
    out: dict[str, Subject] = {}
    for weight, table in ((1.0, plain), (2.0, KIN), (10.0, OFTEN)):
        for label, words in table.items():
            short = (
                (label.removesuffix(" face"),) if label.endswith(" face") and " " not in label[:-5] else ()
            )
            out[label] = Subject(
                weight, tuple(dict.fromkeys(words + (() if label == "grinning face" else short)))
            )
    return out
