"""What scripts send and get. Ranges are stated here for the schema and judged by GenerationParams."""

from typing import Any

from rest_framework import serializers

from federation.api.schema import ProblemSerializer as ProblemSerializer
from gallery.generation import params as limits
from gallery.generation.params import public_recipe
from gallery.models import GenerationRequest, Image


class RecordSerializer(serializers.Serializer[Any]):
    """The frozen parameters of a picture."""

    prompt = serializers.CharField(
        max_length=limits.PROMPT_MAX, help_text="What should be in the picture; blanks are squeezed."
    )
    seed = serializers.IntegerField(min_value=limits.SEED_MIN, max_value=limits.SEED_MAX)
    version = serializers.IntegerField(
        min_value=0, max_value=limits.VERSION_MAX, help_text="Number of the shared adapter's version."
    )
    strength = serializers.FloatField(
        min_value=limits.STRENGTH_MIN, max_value=limits.STRENGTH_MAX, default=limits.STRENGTH_DEFAULT
    )
    steps = serializers.IntegerField(
        min_value=limits.STEPS_MIN, max_value=limits.STEPS_MAX, default=limits.STEPS_DEFAULT
    )
    guidance = serializers.FloatField(
        min_value=limits.GUIDANCE_MIN, max_value=limits.GUIDANCE_MAX, default=limits.GUIDANCE_DEFAULT
    )
    negative = serializers.CharField(
        max_length=limits.PROMPT_MAX, default="", allow_blank=True, help_text="What should not be in it."
    )
    width = serializers.IntegerField(
        min_value=0,
        max_value=limits.SIDE_MAX,
        default=0,
        help_text=f"Pixels, a multiple of {limits.SIDE_STEP}; 0, with height 0, is the base's own size.",
    )
    height = serializers.IntegerField(min_value=0, max_value=limits.SIDE_MAX, default=0)
    personal = serializers.CharField(
        max_length=36, default="", allow_blank=True, help_text="Id of an adapter in your vault, or empty."
    )
    personal_strength = serializers.FloatField(
        min_value=limits.STRENGTH_MIN, max_value=limits.STRENGTH_MAX, default=limits.STRENGTH_DEFAULT
    )
    count = serializers.IntegerField(
        min_value=1,
        max_value=limits.COUNT_MAX,
        default=1,
        help_text="How many pictures; each is a request of its own with the next seed. The first is the answer.",
    )


class ImageSerializer(serializers.ModelSerializer[Image]):
    """A picture the caller may see. `params` is null where its artist keeps the recipe private."""

    id = serializers.UUIDField(source="handle")
    page = serializers.SerializerMethodField(help_text="Address of its page.")
    file = serializers.SerializerMethodField(help_text="Address of the marked PNG.")
    published = serializers.BooleanField(source="is_public")
    version = serializers.SerializerMethodField(help_text="Number of the shared adapter's version.")
    params = serializers.SerializerMethodField()
    alt = serializers.SerializerMethodField(help_text="Words for those who cannot see it.")

    class Meta:
        model = Image
        fields = (
            "id", "page", "file", "sha256", "width", "height", "alt", "version", "params", "published",
            "created_at", "published_at",
        )  # fmt: skip

    def _own(self, image: Image) -> bool:
        return bool(self.context.get("viewer_id") == image.artist_id)

    def get_page(self, image: Image) -> str:
        return f"/images/{image.handle}/"

    def get_file(self, image: Image) -> str:
        return f"/images/{image.handle}/file.png"

    def get_version(self, image: Image) -> int:
        return int(image.params["version"])

    def get_params(self, image: Image) -> dict[str, Any] | None:
        if self._own(image):
            return image.params
        return public_recipe(image.params) if image.recipe_public else None

    def get_alt(self, image: Image) -> str:
        return image.own_alt if self._own(image) else image.public_alt


class RequestSerializer(serializers.ModelSerializer[GenerationRequest]):
    """The caller's own request and how far it is."""

    id = serializers.UUIDField(source="handle")
    state = serializers.ChoiceField(choices=["awaiting", "queued", "running", "done", "failed", "cancelled"])
    params = serializers.JSONField(help_text="The frozen parameters, as recalled by a remix.")
    image = serializers.SerializerMethodField(help_text="Id of the finished picture, else null.")
    reason = serializers.CharField(help_text="Why it failed or was put back, for a person; else empty.")

    class Meta:
        model = GenerationRequest
        fields = (
            "id", "state", "step", "steps", "attempts", "reason", "seconds", "params", "group", "image",
            "created_at", "ended_at",
        )  # fmt: skip

    def get_image(self, request: GenerationRequest) -> str | None:
        image = getattr(request, "image", None)
        return str(image.handle) if image is not None else None
