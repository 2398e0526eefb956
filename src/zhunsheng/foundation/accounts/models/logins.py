"""How somebody proves who they are: passwords, second factors, sessions, invitations."""

from __future__ import annotations

from django.db import models

from zhunsheng.foundation.accounts.lifecycle import SessionStage


class AccountState(models.TextChoices):
    """A disabled account keeps its row: names are never given away again."""

    ACTIVE = "ACTIVE", "启用"
    DISABLED = "DISABLED", "停用"


class Account(models.Model):
    """One person's log-in. `totp_secret` is sealed; `totp_step` is the last time step that was used."""

    id = models.BigAutoField(primary_key=True)
    person = models.OneToOneField("accounts.Person", on_delete=models.PROTECT, related_name="account")
    name = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=200, blank=True, default="")
    password_set_at = models.DateTimeField(null=True)
    must_change = models.BooleanField(default=False)
    totp_secret = models.CharField(max_length=300, blank=True, default="")
    totp_step = models.BigIntegerField(default=0)
    totp_confirmed = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=AccountState.choices, default=AccountState.ACTIVE)
    state_reason = models.TextField(blank=True, default="")
    state_at = models.DateTimeField()
    expires_on = models.DateField(null=True)
    signed_in_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(totp_confirmed=False) | ~models.Q(totp_secret=""),
                name="accounts_confirmed_has_a_secret",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"


class UsedPassword(models.Model):
    """The hash of a password that was in use and may not come back soon."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="used_passwords")
    password = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.account_id} {self.set_at:%Y-%m-%d}"


class RecoveryCode(models.Model):
    """Stands in for the second factor once."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["account", "code_hash"], name="accounts_one_code")]

    def __str__(self) -> str:
        return f"{self.account_id} {'used' if self.used_at else 'fresh'}"


class SignInFailures(models.Model):
    """Failed attempts on a log-in name from a source, names that do not exist included."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    count = models.IntegerField(default=0)
    last_at = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["name", "source"], name="accounts_one_count_a_source")]

    def __str__(self) -> str:
        return f"{self.name} {self.source} {self.count}"


class LoginSession(models.Model):
    """One log-in on one device. Only the hash of its token is kept; it opens nothing before SIGNED_IN.

    `by_provider`: the first factor was an identity provider's word and not the own password.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    stage = models.CharField(max_length=16)
    grant = models.ForeignKey("accounts.Grant", on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=64)
    device = models.CharField(max_length=200, blank=True, default="")
    by_provider = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage__in=[s.value for s in SessionStage]), name="accounts_known_stage"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="accounts_session_end_pair",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"], name="accounts_open_sessions", condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.stage}"


class OutsideIdentity(models.Model):
    """Who somebody is at an identity provider, as an administrator has recorded. Never made by signing in."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    linked_by = models.CharField(max_length=200)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_one_account_an_identity",
            ),
            models.UniqueConstraint(
                fields=["account", "issuer"],
                condition=models.Q(ended_at__isnull=True),
                name="accounts_one_identity_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.issuer}"


class OutsideAttempt(models.Model):
    """Somebody went to the identity provider and may come back once, in the same browser.

    `state_hash` is the fingerprint of what comes back in the address, `browser_hash` of what the browser
    keeps; nonce and code verifier are sealed.
    """

    id = models.BigAutoField(primary_key=True)
    state_hash = models.CharField(max_length=64, unique=True)
    browser_hash = models.CharField(max_length=64)
    sealed = models.CharField(max_length=400)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class Invitation(models.Model):
    """A link that sets the first password of one person, once. Only the hash of its token is kept."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.person_id} {self.expires_at:%Y-%m-%d}"
