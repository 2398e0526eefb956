"""What portal tests share: a reminded business, its link, files to hand in."""

from __future__ import annotations

import io
from typing import Any

from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client
from PIL import Image

from tests.contexts.accounts import office
from tests.journeys.city import Bureau, at
from zhunsheng.foundation.outreach.links import sign

E1 = "91980102MA100A1B2U"
PLACE = (31, 14, 5)


def stand_at(settings: Any, when: str) -> None:
    """Pages stand at an instant, as in the demo."""
    settings.DEMO, settings.DEMO_CLOCK = True, at(when)


# Work number → role, unit: who may sit before the pages in the tests.
STAFF = {
    "0001": ("unit_head", "9801"),
    "0002": ("officer", "980102/汀前所"),
    "0003": ("officer", "980103/西浦所"),
    "0004": ("officer", "980102/汀前所"),
    "0005": ("credit_officer", "9801"),
    "0006": ("bureau_leader", "9801"),
    "0007": ("auditor", "9801"),
}
NAMES = dict(zip(STAFF, ("沈知秋", "李敏", "周航", "方砚", "顾南乔", "许望舒", "严是"), strict=True))


def staffed(monkeypatch: Any) -> None:
    """A bureau with two districts and people of several roles, certificates included."""
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2**4)
    office.found_bureau()
    office.found(office.NewUnit("980102/汀前所", "汀前所", "汀前所"), office.UnitLevel.STATION, office.EAST)
    for key, (role, unit) in STAFF.items():
        office.hire(key, NAMES[key], unit)
        office.certify(key, office.date(2028, 12, 31))
        office.give(key, role, unit)
        office.open_account(key, f"demo-{key}")


def as_(client: Client, person: str) -> Client:
    """Sit down as somebody, by the demo's door."""
    assert client.post("/sign-in/as/", {"person": person}).status_code == 302
    return client


def reminded(bureau: Bureau) -> int:
    """E1 has a lift whose inspection is near: one open touch since 2026-07-01, reply due on 2026-07-10."""
    bureau.register(E1, "云汀电梯物业")
    bureau.enrol(E1, "T01")
    bureau.tell(E1, "ELEVATOR_RECORD", "2026-06-29", object="L-7", inspection_due_on="2026-07-31")
    bureau.pass_time("2026-07-01")
    return bureau.last_touch(E1)


def link(touch_id: int, made: str = "2026-07-01") -> str:
    """The address of the page behind the reminder's link."""
    return f"/b/{sign('touch', touch_id, at=at(made))}/"


def photo(colour: str = "teal") -> bytes:
    """A JPEG with an orientation and a place in its EXIF, as a telephone makes it."""
    picture = Image.new("RGB", (60, 40), colour)
    exif = picture.getexif()
    exif[0x0112] = 6
    exif[0x010F] = "Fictional Phone"
    exif.get_ifd(0x8825)[2] = tuple(float(part) for part in PLACE)
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif)
    return target.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
