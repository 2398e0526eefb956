"""Addresses of the administrators' pages, below `organisation/`."""

from __future__ import annotations

from django.urls import path

from zhunsheng.portals.officer import listing
from zhunsheng.portals.officer.lists import LISTS
from zhunsheng.portals.officer.organisation import people, units
from zhunsheng.portals.officer.organisation.acts import act_page
from zhunsheng.portals.officer.organisation.grant_acts import GRANT_ACTS
from zhunsheng.portals.officer.organisation.person_acts import PERSON_ACTS
from zhunsheng.portals.officer.organisation.unit_acts import UNIT_ACTS

app_name = "org"
urlpatterns = [
    path("", units.units, name="units"),
    path("unit/", units.unit, name="unit"),
    path("people/", listing.list_page(LISTS["people"], "people"), name="people"),
    path("person/", people.person, name="person"),
    path("certificates/", people.certificates, name="certificates"),
    path("grants/", listing.list_page(LISTS["grants"], "review"), name="review"),
    *(
        path(f"{name}/", act_page(act), name=name)
        for name, act in {**UNIT_ACTS, **PERSON_ACTS, **GRANT_ACTS}.items()
    ),
]
