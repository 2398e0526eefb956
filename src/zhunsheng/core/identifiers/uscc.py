"""The unified social credit code (GB 32100-2015), read strictly: right, or refused with reason and cure.

18 characters of an alphabet without I, O, Z, S, V: registering authority (1), category (2), division
(3–8), organisation code with its own check character after GB 11714 (9–17), check character (18).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
OLD_LENGTH = 15
OLDER_LENGTH = 13
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOOKALIKES = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
CONFUSED = {**LOOKALIKES, "0": "D", "1": "L", "2": "Z", "5": "S", "8": "B", "B": "8", "D": "0"}


class Fault(StrEnum):
    """Why a code is refused."""

    EMPTY = "EMPTY"
    OLD_REGISTRATION_NUMBER = "OLD_REGISTRATION_NUMBER"
    OLDER_NUMBER = "OLDER_NUMBER"
    LENGTH = "LENGTH"
    NOT_A_CODE = "NOT_A_CODE"
    ALPHABET = "ALPHABET"
    CHECK = "CHECK"


@dataclass(frozen=True, slots=True)
class CodeRefusal:
    """Why a text is no valid code, what to do, and (never applied by itself) what was probably meant."""

    fault: Fault
    reason_zh: str
    cure_zh: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Uscc:
    """A valid code. `normalised` tells that width, case or spaces were put right on reading.

    `doubt_zh` is set when character 18 is right and character 17 is not: such codes have really been
    issued (about one in twenty thousand), so they are taken, and a person may look.
    """

    code: str
    normalised: bool = False
    doubt_zh: str = ""

    @property
    def category(self) -> str:
        """The first two characters: authority and category, such as 91 enterprise, 92 sole trader."""
        return self.code[:2]

    @property
    def division(self) -> str:
        """The six-digit division of first registration; it does not follow a move."""
        return self.code[2:8]

    @property
    def organisation(self) -> str:
        """The nine-character organisation code."""
        return self.code[8:17]


def check_character(first_seventeen: str) -> str:
    """Character 18 from the first 17 (GB 32100-2015, modulus 31)."""
    total = sum(ALPHABET.index(c) * w for c, w in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check_character(first_eight: str) -> str:
    """The ninth character of an organisation code (GB 11714, modulus 11; ten is X)."""
    total = sum(
        ORGANISATION_ALPHABET.index(c) * w for c, w in zip(first_eight, ORGANISATION_WEIGHTS, strict=True)
    )
    rest = 11 - total % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def make(category: str, division: str, organisation_eight: str) -> str:
    """The full code for a category (2), a division (6) and the first eight of an organisation code."""
    seventeen = f"{category}{division}{organisation_eight}{organisation_check_character(organisation_eight)}"
    return seventeen + check_character(seventeen)


def read(text: str) -> Uscc | CodeRefusal:
    """A valid code, or why not. Full width, lower case and surrounding or inner spaces are put right."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if not plain:
        return CodeRefusal(Fault.EMPTY, "代码为空", "填写 18 位统一社会信用代码")
    refusal = _shape_fault(plain) or _check_fault(plain)
    if refusal is not None:
        return refusal
    doubt = "" if _organisation_checks(plain[8:17]) else "第 17 位（组织机构代码校验码）不符，第 18 位正确"
    return Uscc(plain, normalised=plain != text, doubt_zh=doubt)


def _shape_fault(plain: str) -> CodeRefusal | None:
    if not plain.isascii() or not plain.isalnum():
        return CodeRefusal(Fault.NOT_A_CODE, "不是代码，含有文字或符号", "核对是否错列；应填 18 位代码")
    if len(plain) == OLD_LENGTH and plain.isdigit():
        told = "校验位正确" if old_number_checks(plain) else "且校验位不符"
        return CodeRefusal(
            Fault.OLD_REGISTRATION_NUMBER,
            f"这是 15 位旧注册号（{told}），不是统一社会信用代码",
            "查登记系统换用 18 位代码，旧号可填入旧注册号栏",
        )
    if len(plain) == OLDER_LENGTH and plain.isdigit():
        return CodeRefusal(Fault.OLDER_NUMBER, "这是 13 位更早的注册号", "查登记系统换用 18 位代码")
    if len(plain) != LENGTH:
        return CodeRefusal(Fault.LENGTH, f"应为 18 位，实为 {len(plain)} 位", "补全或删去多余字符")
    strange = sorted({c for c in plain if c not in ALPHABET})
    if strange:
        meant = "".join(LOOKALIKES.get(c, c) for c in plain)
        good = all(c in ALPHABET for c in meant) and _check_fault(meant) is None
        return CodeRefusal(
            Fault.ALPHABET,
            f"含有代码字符集以外的 {'、'.join(strange)}（不用 I、O、Z、S、V）",
            "对照营业执照原件逐字核对",
            meant if good else "",
        )
    return None


def _check_fault(plain: str) -> CodeRefusal | None:
    if check_character(plain[:17]) == plain[17]:
        return None
    return CodeRefusal(
        Fault.CHECK,
        "第 18 位校验码不符，至少有一位写错",
        "对照营业执照原件逐字核对",
        _single_confusion(plain),
    )


def _organisation_checks(nine: str) -> bool:
    return organisation_check_character(nine[:8]) == nine[8]


def _single_confusion(plain: str) -> str:
    """The one code that differs by a single look-alike character and checks; '' if none or several."""
    found = set()
    for place, character in enumerate(plain):
        other = CONFUSED.get(character)
        if other is None or other not in ALPHABET:
            continue
        meant = plain[:place] + other + plain[place + 1 :]
        if check_character(meant[:17]) == meant[17] and _organisation_checks(meant[8:17]):
            found.add(meant)
    return found.pop() if len(found) == 1 else ""


def old_number_checks(number: str) -> bool:
    """Whether the last digit of a 15-digit registration number fits (ISO 7064 MOD 11,10)."""
    product = 10
    for digit in number[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(number[-1])) % 10 == 1
