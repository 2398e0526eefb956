"""What a token may be good for."""

from __future__ import annotations

from django.db import models


class Purpose(models.TextChoices):
    """What a token is good for; it is good for nothing else."""

    SEND_EVENTS = "SEND_EVENTS", "报送事实"
    READ_REGISTER = "READ_REGISTER", "查阅登记信息"
    WATCH = "WATCH", "查看运行状况"
