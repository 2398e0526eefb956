"""云汀市: an invented city, the same on every machine.

Everything is drawn from `random.Random` with text seeds, never from hashes or the clock. Division codes begin
with 9801, which GB/T 2260 does not use, so no real firm can be hit; names are put together from syllables.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from zhunsheng.core.clock import SHANGHAI
from zhunsheng.core.identifiers.surrogate import surrogate
from zhunsheng.core.identifiers.uscc import make

SEED = "云汀市 2026"
TODAY = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
FIRST_DAY = dt.date(2024, 7, 1)
DIVISIONS = {
    "980102": "汀前区",
    "980103": "西浦区",
    "980104": "北港区",
    "980105": "晴岚区",
    "980106": "海驿区",
    "980121": "崇岛县",
}
EIGHT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FIRST = ("云", "汀", "晴", "岚", "澜", "荷", "舟", "桐", "棠", "霁", "沐", "朴", "禾", "苇", "榆", "杉")
SECOND = ("川", "屿", "浦", "宁", "和", "朗", "青", "舒", "远", "安", "微", "序", "溪", "野", "知", "白")


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: how it is named, coded, and which sector's signals it sends."""

    sector: str
    suffix: str
    industry: str
    risk: str
    share: int
    sole_trader: bool = False


TRADES = (
    Trade("CATERING", "小吃店", "6291", "HIGH", 20, sole_trader=True),
    Trade("CATERING", "餐饮店", "6210", "HIGH", 14),
    Trade("FOOD_TRADE", "食品商行", "5229", "MEDIUM", 12, sole_trader=True),
    Trade("RETAIL", "百货店", "5211", "LOW", 16, sole_trader=True),
    Trade("E_COMMERCE", "网络商店", "5292", "LOW", 10),
    Trade("TEXTILE", "家纺厂", "1771", "MEDIUM", 5),
    Trade("FOOD_PRODUCTION", "食品厂", "1411", "HIGH", 3),
    Trade("PROPERTY", "物业管理公司", "7020", "LIFE_SAFETY", 4),
    Trade("CYLINDERS", "气瓶充装站", "4512", "LIFE_SAFETY", 1),
    Trade("COSMETICS", "化妆品公司", "5234", "MEDIUM", 4),
    Trade("MEDICAL_DEVICE", "医疗器械公司", "5254", "HIGH", 3),
    Trade("HEALTH_FOOD", "保健食品店", "5225", "MEDIUM", 3),
    Trade("PREPAID", "健身会馆", "8930", "MEDIUM", 3),
    Trade("LIVESTREAM", "直播公司", "8770", "MEDIUM", 2),
    Trade("INDUSTRIAL_PRODUCT", "建材厂", "3031", "HIGH", 3),
    Trade("GREEN_FOOD", "绿色农产品合作社", "0139", "MEDIUM", 2),
    Trade("PLATFORM", "网络平台公司", "6432", "MEDIUM", 1),
)


@dataclass(frozen=True, slots=True)
class Business:
    """One invented business. `care` from 0 to 1000: how well it looks after itself; nobody ever sees it."""

    key: str
    name: str
    kind: str
    trade: Trade
    division: str
    established_on: dt.date
    phone: str
    care: int

    @property
    def station(self) -> str:
        """The station that looks after its division."""
        return f"{DIVISIONS[self.division]}市场监管所"


STORY = (
    ("91980102MA100A1B2U", "云汀电梯物业", "PROPERTY"),
    ("91980103MA200C2D2N", "西浦气瓶充装", "CYLINDERS"),
    ("91980104MA300E3F2H", "北港家纺", "TEXTILE"),
    ("92980102MA400G4H2X", "阿福小吃", "CATERING"),
    ("91980105MA500J5K3U", "晴岚化妆品", "COSMETICS"),
    ("91980102MA600L6M3W", "蓝鲸游泳", "PREPAID"),
    ("91980121MA700N7P1K", "崇岛绿源食品", "GREEN_FOOD"),
    ("91980103MA800Q8R47", "澜购平台", "PLATFORM"),
    ("92980103MA900T9U5K", "小荷网店", "E_COMMERCE"),
    ("91980102MA010W0X5G", "鸣谷直播", "LIVESTREAM"),
    ("91980106MA020Y1AXP", "海驿跨境", "E_COMMERCE"),
    ("91980104MA030B2C02", "宏材制造", "INDUSTRIAL_PRODUCT"),
)


def population(number: int = 3_000) -> list[Business]:
    """The city's businesses: the twelve of the stories first, then the others in order of drawing."""
    chance = random.Random(f"{SEED} population")  # noqa: S311 - repeatable, nothing secret
    told = [_of_story(place, *words) for place, words in enumerate(STORY)]
    codes = {business.key for business in told}
    names = {business.name for business in told}
    serial = 0
    while len(told) < number:
        trade = chance.choices(TRADES, weights=[t.share for t in TRADES])[0]
        division = chance.choice(list(DIVISIONS))
        name = DIVISIONS[division][:2] + "".join(chance.choice(part) for part in (FIRST, SECOND, FIRST))
        name += trade.suffix
        exempt = trade.sector == "E_COMMERCE" and chance.random() < 0.15
        serial += exempt
        eight = "MA" + "".join(chance.choice(EIGHT_ALPHABET) for _ in range(6))
        key = (
            surrogate(division, serial)
            if exempt
            else make("92" if trade.sole_trader else "91", division, eight)
        )
        if key in codes or name in names:
            continue
        codes.add(key)
        names.add(name)
        told.append(_drawn(chance, key, name, trade, division, exempt))
    return told


def _drawn(chance: random.Random, key: str, name: str, trade: Trade, division: str, exempt: bool) -> Business:
    kind = "SOLE_TRADER" if trade.sole_trader else "ENTERPRISE"
    age_days = int(chance.triangular(60, 7_000, 1_800))
    return Business(
        key,
        name,
        "NATURAL_PERSON_SHOP" if exempt else kind,
        trade,
        division,
        TODAY - dt.timedelta(days=age_days),
        f"0900{chance.randrange(10**7):07d}",
        min(1000, int(chance.betavariate(3.6, 3) * 1000)),
    )


def _of_story(place: int, key: str, name: str, sector: str) -> Business:
    trade = next(t for t in TRADES if t.sector == sector)
    kind = "SOLE_TRADER" if key.startswith("92") else "ENTERPRISE"
    phone = f"0900000{place:04d}"
    return Business(key, name, kind, trade, key[2:8], dt.date(2018, 3, 1), phone, 900)
