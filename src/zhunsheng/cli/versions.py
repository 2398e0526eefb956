"""A version of the rules as a person names it: a folder, a version number, or the beginning of a hash.

The number of the version in force means that version, though others that were tried out may bear it too.
"""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from zhunsheng.cli.days import now
from zhunsheng.cli.exit_codes import CannotRunError
from zhunsheng.core.actors import Viewer
from zhunsheng.core.packs.nodes import PackError
from zhunsheng.core.rules.tree import Pack
from zhunsheng.engine.packfiles import load_pack
from zhunsheng.judging.portraits import queries as portraits
from zhunsheng.workflows.keeping import pack_of
from zhunsheng.workflows.ruling import rules_at


def version(told: str) -> Pack:
    """The pack; CannotRunError when nothing or more than one thing is named so."""
    if (folder := Path(told)).is_dir():
        try:
            return load_pack(folder).pack
        except PackError as error:
            raise CannotRunError(str(error)) from error
    pack = rules_at(now()).pack
    if told == pack.version:
        return pack
    known = [(pack.version, pack.content_hash)]
    known += [(name, its) for name, its, _at in portraits.kept_packs(viewer=Viewer.bureau("versions"))]
    found = [pack_of(name) for name in {its for of, its in known if told == of or its.startswith(told)}]
    if len(found) != 1 or found[0] is None:
        raise CannotRunError(_("没有或不止一个版本是 %(told)s，请写完整的散列值或目录。") % {"told": told})
    return found[0]
