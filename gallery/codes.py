"""Every refusal of the gallery, in general words: code -> (HTTP status, what is in the way, what to do).

The answer itself says it with the numbers of the case; /problems/ shows these. A test compares the two lists.
"""

from collections.abc import Mapping

from gallery.codes_vault import VAULT_CODES

CODES: Mapping[str, tuple[int, str, str]] = {
    "appeal-not-yours": (
        409,
        "This decision cannot be appealed by you, or was appealed already.",
        "Each side may ask once for a second look at a decision against it.",
    ),
    "appeal-same-moderator": (
        409,
        "You made the first decision, so another moderator takes the second look.",
        "Leave it in the list.",
    ),
    "appeal-too-late": (
        409,
        "The fourteen days for an appeal are over.",
        "Write to whoever runs this place; the imprint names them.",
    ),
    "alt-unfit": (
        400,
        "The description is too long or holds control characters.",
        "Say in one sentence what it shows.",
    ),
    "check-empty": (400, "There is no picture in the form.", "Choose a file, then press Check."),
    "check-not-a-picture": (
        422,
        "The file is no whole picture of a kind that is read here.",
        "Send a PNG, JPEG, WebP or AVIF that opens in a browser.",
    ),
    "check-too-large": (413, "The file is larger than 8 MB.", "Send a smaller copy."),
    "check-too-many-pixels": (
        413,
        "The picture has more than 24 million pixels.",
        "Scale it down first; the watermark stays in.",
    ),
    "check-too-often": (429, "Too many pictures came from your address.", "Wait a minute, then go on."),
    "count-not-whole": (
        400,
        "The number of pictures is not a whole number.",
        "Choose one in the form's range.",
    ),
    "count-out-of-range": (400, "There are too few or too many pictures.", "Choose one in the form's range."),
    "adapter-gone": (
        409,
        "The personal adapter of that picture is no longer in your vault.",
        "Start from an empty form, or choose another adapter.",
    ),
    "height-not-whole": (400, "The height is not a whole number.", "Choose one of the sizes in the list."),
    "height-out-of-range": (
        400,
        "The height is too small or too large.",
        "Choose one of the sizes in the list.",
    ),
    "personal-unknown": (
        400,
        "There is no such personal adapter in your vault.",
        "Choose one of the list, or none.",
    ),
    "personal-strength-not-a-number": (
        400,
        "The strength of the personal adapter is not a number.",
        "Choose one in the range that the form names.",
    ),
    "personal-strength-out-of-range": (
        400,
        "The strength of the personal adapter is too small or too large.",
        "Choose one in the range of the form.",
    ),
    "preset-unnamed": (
        400,
        "The preset needs a name of at most 60 characters.",
        "Write one, for example: quick sketch.",
    ),
    "presets-full": (409, "You have as many presets as are kept.", "Delete one you no longer need."),
    "recipe-personal": (
        403,
        "This picture was made with its artist's personal adapter, which only she can use.",
        "Start from a prompt of your own.",
    ),
    "size-too-large": (
        400,
        "The picture would be larger than this base draws well.",
        "Choose one of the sizes in the list.",
    ),
    "size-uneven": (
        400,
        "A side is no multiple of what bases can draw, or only one side is given.",
        "Choose one of the sizes in the list.",
    ),
    "width-not-whole": (400, "The width is not a whole number.", "Choose one of the sizes in the list."),
    "width-out-of-range": (
        400,
        "The width is too small or too large.",
        "Choose one of the sizes in the list.",
    ),
    "decision-reason-unknown": (
        400,
        "The decision has no reason that both sides can be told.",
        "Choose one of the reasons in the list.",
    ),
    "drawing-not-yours": (
        404,
        "No such picture is being drawn by this computer.",
        "Ask for the next one.",
    ),
    "drawing-unfit": (
        400,
        "What came is no whole PNG of the size that was asked for, or it is too large.",
        "Draw the picture again.",
    ),
    "everything-paused": (
        409,
        "You paused everything, so no picture is made.",
        "Resume on the consent page, then ask again.",
    ),
    "guidance-not-a-number": (
        400,
        "The guidance is not a number.",
        "Choose one in the range that the form names.",
    ),
    "guidance-out-of-range": (
        400,
        "The guidance is too small or too large.",
        "Choose one in the range of the form.",
    ),
    "hide-too-many": (
        409,
        "You hide as many artists and versions as one viewer may.",
        "Show some of them again on your page Preferences.",
    ),
    "hide-yourself": (409, "That is a picture of your own.", "Make it private, or delete it, instead."),
    "hourly-limit": (
        429,
        "As many pictures as are allowed were asked for within the hour.",
        "Come back when it says.",
    ),
    "name-source-missing": (
        400,
        "The source is missing or longer than 300 characters.",
        "Say who asked for it, or where she said that she does not agree.",
    ),
    "name-unfit": (
        400,
        "The name is shorter than three letters, too long or holds control characters.",
        "Write it as it would stand in a prompt.",
    ),
    "params-unknown-format": (
        409,
        "These settings cannot be repeated exactly by this studio.",
        "Start from an empty form.",
    ),
    "picture-deleted": (409, "The picture was deleted.", "Bring it back first, then publish it."),
    "processing-restricted": (
        409,
        "The processing of your data is stopped, so no new picture is made.",
        "Let it go on, on the page Your data.",
    ),
    "prompt-empty": (400, "The prompt is empty.", "Say what should be in the picture."),
    "prompt-invisible-characters": (
        400,
        "The prompt holds a control character or a mark that turns the text around it.",
        "Type the words, or paste them as plain text.",
    ),
    "prompt-names-artist": (
        422,
        "The prompt names a living artist who has not agreed to pictures asked for by name.",
        "Say what should be in the picture and how it should look, without the name.",
    ),
    "prompt-not-text": (400, "The prompt is not text.", "Write a few words."),
    "prompt-too-long": (
        400,
        "The prompt is longer than the model reads.",
        "Keep the words that matter most.",
    ),
    "recipe-private": (
        403,
        "The artist does not show how this picture was made.",
        "Start from a prompt of your own.",
    ),
    "report-moved-on": (
        409,
        "The report was decided, or moved on, in the meantime.",
        "Load the page again to see where it stands.",
    ),
    "report-own": (409, "That is a picture of your own.", "Make it private, or delete it, instead."),
    "report-too-many": (
        429,
        "As many pictures as are allowed were reported within a day.",
        "Go on tomorrow; in an emergency write to whoever runs this place.",
    ),
    "report-words-unfit": (
        400,
        "The words are missing, too long or hold control characters.",
        "Say in a few plain sentences what is wrong.",
    ),
    "request-ended": (409, "The request has ended already.", "Look at its page for the result."),
    "request-move-unknown": (409, "A request in this state cannot do that.", "Look at the request again."),
    "request-moved-on": (409, "The request has moved on in the meantime.", "Look at it again."),
    "seed-not-whole": (400, "The seed is not a whole number.", "Choose one in the range of the form."),
    "seed-out-of-range": (400, "The seed is too small or too large.", "Choose one in the range of the form."),
    "showing-not-allowed": (
        409,
        "You have not allowed your pictures to be shown, or everything is paused.",
        "Decide first on the page Show my pictures on the wall; then publish this one.",
    ),
    "steps-not-whole": (
        400,
        "The number of steps is not a whole number.",
        "Choose one in the range of the form.",
    ),
    "steps-out-of-range": (
        400,
        "There are too few or too many steps.",
        "Choose a number in the range of the form.",
    ),
    "strength-not-a-number": (
        400,
        "The strength is not a number.",
        "Choose one in the range that the form names.",
    ),
    "strength-out-of-range": (
        400,
        "The strength is too small or too large.",
        "Choose one in the range of the form.",
    ),
    "too-many-waiting": (
        429,
        "You have as many pictures in the making as is allowed.",
        "Wait for one, or cancel one.",
    ),
    "version-gone": (
        409,
        "The version of that picture is no longer offered.",
        "Start from a version of today.",
    ),
    "version-not-whole": (
        400,
        "The version is not a whole number.",
        "Choose one of the versions in the list.",
    ),
    "version-out-of-range": (
        400,
        "There can be no version of that number.",
        "Choose one of the versions in the list.",
    ),
    "version-unknown": (
        400,
        "There is no such version of the shared adapter.",
        "Choose one of the versions in the list.",
    ),
    **VAULT_CODES,
}
