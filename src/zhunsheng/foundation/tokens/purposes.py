"""What a token may be good for."""

from __future__ import annotations

from django.db import models


class Purpose(models.TextChoices):
    """What a token is good for; it is good for nothing else."""

    SEND_EVENTS = "SEND_EVENTS", "报送事实"
    READ_REGISTER = "READ_REGISTER", "查阅登记信息"
    SEND_RECEIPTS = "SEND_RECEIPTS", "报送短信状态"
    REPLAY_RULES = "REPLAY_RULES", "重放规则"
    WATCH = "WATCH", "查看运行状况"
