"""What pages show of the log is for the bureau, and says nothing before there is something to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contexts.evidence.logs import BUREAU, CLERK, NOW, OFFICER, act, sealed
from zhunsheng.core.actors import Viewer
from zhunsheng.foundation.evidence import actions, personal, showing
from zhunsheng.foundation.evidence.models import SealedDetail

pytestmark = pytest.mark.django_db


def test_there_is_no_log_before_the_first_leaf_and_none_for_others(tmp_path: Path) -> None:
    assert showing.state(viewer=BUREAU) is None and showing.growth(viewer=BUREAU, past=0) is None
    act(3)
    size = sealed(tmp_path).size
    grown = showing.growth(viewer=BUREAU, past=0)
    assert grown is not None and (grown.old, grown.new, grown.fault) == (size, size, "")
    assert showing.growth(viewer=BUREAU, past=size) is None, "nothing longer was signed yet"
    outside = Viewer.business("91980102MA500E5J3Y")
    assert showing.state(viewer=outside) is None and showing.growth(viewer=outside, past=0) is None


def test_what_was_kept_apart_opens_for_a_purpose_and_only_as_it_was() -> None:
    told = actions.seal_detail(by=CLERK, at=NOW, person="P", told={"device": "甲"})
    (commitment,) = told.values()

    def opened(commitment: str, purpose: str) -> dict[str, str]:
        return actions.open_sealed(
            by=OFFICER, at=NOW, target="file:1", commitment=commitment, purpose=purpose, about={}
        )

    with pytest.raises(ValueError, match="用途"):
        opened(commitment, " ")
    assert opened(commitment, "核对") == {"device": "甲"}
    SealedDetail.objects.create(
        commitment="0" * 64, person="P", sealed=personal.seal_for("P", b"x{}", bound="0" * 64)
    )
    with pytest.raises(ValueError, match="不符"):
        opened("0" * 64, "核对")
