"""Roles, permissions and what excludes what, read from `packs/roles` and `packs/access`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from zhunsheng.core.actors import FieldLevel, ScopeKind
from zhunsheng.core.packs.load import Document
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.engine.packfiles import read_documents, stamp

ADMIN_KINDS = frozenset({"", "SYSTEM", "SECURITY", "AUDIT"})


@dataclass(frozen=True, slots=True)
class Permission:
    """Something one may do; `certificate` is the qualification that must be valid on that day."""

    key: str
    name_zh: str
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """What a post may do. `scope` is what a grant opens unless it says otherwise.

    `denies` are lost to whoever holds the role, under every other role too. `admin` is one of the three
    administrators, who hold nothing else.
    """

    id: str
    name_zh: str
    permissions: frozenset[str]
    scope: ScopeKind
    shows: FieldLevel
    reveals: FieldLevel
    denies: frozenset[str] = frozenset()
    admin: str = ""
    delegable: bool = True


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Parts of one matter that must lie in different hands."""

    parts: frozenset[str]
    why_zh: str


@dataclass(frozen=True)
class RoleBook:
    """All of it. `certificates` are names by kind."""

    roles: Mapping[str, Role]
    permissions: Mapping[str, Permission]
    certificates: Mapping[str, str]
    exclusions: tuple[Exclusion, ...]

    def role(self, key: str) -> Role:
        """The role; PackError when no file describes it."""
        if key not in self.roles:
            raise PackError(f"roles/{key}", "没有这个岗位")
        return self.roles[key]

    def wants_certificate(self, key: str) -> bool:
        """Whether something that the role permits hangs on a certificate; False for a role without a file."""
        powers = self.roles[key].permissions if key in self.roles else ()
        return any(self.permissions[power].certificate for power in powers)

    def barred_by(self, part: str, taken: frozenset[str]) -> str:
        """Why this part may not be taken after those; empty if it may."""
        for exclusion in self.exclusions:
            if part in exclusion.parts and (exclusion.parts - {part}) & taken:
                return exclusion.why_zh
        return ""


def _role(name: str, document: Document, permissions: Mapping[str, Permission]) -> Role:
    try:
        role = Role(
            str(document["id"]),
            str(document["name_zh"]),
            frozenset(document["permissions"]),
            ScopeKind(document["scope"]),
            FieldLevel[document["shows"]],
            FieldLevel[document["reveals"]],
            frozenset(document.get("denies", ())),
            str(document.get("admin", "")),
            bool(document.get("delegable", True)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise PackError(name, f"岗位文件不合格：{error!r}") from error
    unknown = sorted((role.permissions | role.denies) - set(permissions))
    if unknown or role.admin not in ADMIN_KINDS:
        raise PackError(name, f"未声明的权限或管理员类别：{unknown or role.admin}")
    if role.permissions & role.denies:
        raise PackError(name, f"同一权限既授予又排除：{sorted(role.permissions & role.denies)}")
    return role


@lru_cache(maxsize=4)
def _read(folder: Path, _stamp: object) -> RoleBook:
    told = list(read_documents(folder))
    by_schema = {str(document.get("schema")): (name, document) for name, document in told}
    name, listed = by_schema["zhunsheng.permissions/1"]
    certificates = {kind: str(body["name_zh"]) for kind, body in listed["certificates"].items()}
    permissions = {
        key: Permission(key, str(body["name_zh"]), str(body.get("certificate", "")))
        for key, body in listed["permissions"].items()
    }
    strange = sorted({p.certificate for p in permissions.values()} - {"", *certificates})
    if strange:
        raise PackError(name, f"未声明的证件：{strange}")
    roles = [_role(name, d, permissions) for name, d in told if d.get("schema") == "zhunsheng.role/1"]
    _, excluded = by_schema["zhunsheng.exclusions/1"]
    return RoleBook(
        {role.id: role for role in roles},
        permissions,
        certificates,
        tuple(Exclusion(frozenset(e["parts"]), str(e["why_zh"])) for e in excluded["one_matter"]),
    )


def role_book() -> RoleBook:
    """As the files stand now; read again only when one changed."""
    folder = Path(settings.PACKS) / "roles"
    return _read(folder, stamp(folder))
