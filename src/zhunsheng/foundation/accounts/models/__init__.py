"""Units and people, grants, log-ins."""

from __future__ import annotations

from zhunsheng.foundation.accounts.models.access import Grant, PartTaken
from zhunsheng.foundation.accounts.models.logins import (
    Account,
    AccountState,
    Invitation,
    LoginSession,
    OutsideAttempt,
    OutsideIdentity,
    RecoveryCode,
    SignInFailures,
    UsedPassword,
)
from zhunsheng.foundation.accounts.models.organisation import (
    Certificate,
    Person,
    Post,
    Side,
    Succession,
    SuccessionKind,
    Unit,
    UnitLevel,
)

__all__ = [
    "Account",
    "AccountState",
    "Certificate",
    "Grant",
    "Invitation",
    "LoginSession",
    "OutsideAttempt",
    "OutsideIdentity",
    "PartTaken",
    "Person",
    "Post",
    "RecoveryCode",
    "Side",
    "SignInFailures",
    "Succession",
    "SuccessionKind",
    "Unit",
    "UnitLevel",
    "UsedPassword",
]
