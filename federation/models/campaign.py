"""The terms under which rounds run."""

import uuid
from decimal import Decimal

from django.db import models


class Campaign(models.Model):
    """Terms are fixed once it runs; only its state moves. States: federation/states.py, CAMPAIGN."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, unique=True)
    base = models.ForeignKey("federation.Base", on_delete=models.PROTECT, related_name="campaigns")
    state = models.CharField(max_length=16, default="draft", db_index=True)
    state_reason = models.CharField(max_length=64, blank=True)
    scheme = models.CharField(max_length=40, default="SecAgg")
    # Training at home
    steps = models.PositiveIntegerField(default=200)
    batch = models.PositiveIntegerField(default=4)
    lr = models.DecimalField(max_digits=9, decimal_places=7, default=Decimal("0.001"))
    caption_dropout = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.1"))
    # What an update may weigh (L2 norm) and how fine it is written down (fixed-point steps per unit)
    clip = models.DecimalField(max_digits=9, decimal_places=4, default=Decimal("1.0"))
    scale = models.PositiveIntegerField(default=1 << 20)
    # How many must take part, and how many must be left at the end
    min_cohort = models.PositiveIntegerField(default=3)
    max_cohort = models.PositiveIntegerField(default=64)
    threshold = models.PositiveIntegerField(default=2)
    # Noise: standard deviation over sensitivity (0 adds none), the share of a cohort that is not taken for honest, the
    # delta at which epsilon is said, and the epsilon above which no artist is drawn any more (federation/privacy)
    noise_multiplier = models.DecimalField(max_digits=7, decimal_places=3, default=Decimal(0))
    dishonest_share = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("0.10"))
    delta = models.DecimalField(max_digits=14, decimal_places=13, default=Decimal("0.00001"))
    epsilon_cap = models.DecimalField(max_digits=6, decimal_places=2, default=Decimal(8))
    # What is shared: "ffa" or "core", and its rank (0: that of the base's spec)
    adapter = models.CharField(max_length=8, default="ffa")
    adapter_rank = models.PositiveSmallIntegerField(default=0)
    # From a mean to the next version (federation/adapters/server_step.py)
    server_step = models.CharField(max_length=16, default="fedavg")
    server_rate = models.DecimalField(max_digits=9, decimal_places=5, default=Decimal(1))
    server_momentum = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal("0.9"))
    ema = models.DecimalField(max_digits=5, decimal_places=4, default=Decimal(0))
    # Seconds: the training window, and each of the five interactive stages after it
    training_window_s = models.PositiveIntegerField(default=24 * 3600)
    stage_s = models.PositiveIntegerField(default=300)
    # Automatic campaigns open the next round by themselves until `rounds_wanted` versions are published
    automatic = models.BooleanField(default=False)
    rounds_wanted = models.PositiveIntegerField(default=0)
    pause_between_s = models.PositiveIntegerField(default=60)
    # What artists consent to, word for word; written when it first starts (federation/terms.py)
    consent_terms = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
