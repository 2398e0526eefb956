"""The rows of a table handed in on a page, by the columns chosen, within the scope of whoever asked."""

from __future__ import annotations

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.clock import Clock
from zhunsheng.core.presets.targets import Target
from zhunsheng.engine.library import open_library
from zhunsheng.foundation.accounts.acting import Acting
from zhunsheng.foundation.tabular.reading import read_table
from zhunsheng.foundation.uploads import actions as uploads
from zhunsheng.foundation.uploads import queries
from zhunsheng.foundation.uploads.actions import Counts
from zhunsheng.foundation.uploads.lifecycle import UploadState
from zhunsheng.foundation.uploads.queries import UploadCard
from zhunsheng.workflows import importing, mapping
from zhunsheng.workflows.tallying import Terms, Told

BY = Actor.service("upload")
VIEWER = Viewer.bureau(BY.key)


def take_upload(card: UploadCard, acting: Acting, clock: Clock) -> Told:
    """Every row by the chosen reading, looked at or taken; after each commit it is noted how far."""
    contracts, dry = open_library(settings.PACKS).contracts, card.state is UploadState.CHECKING
    batch, told = importing.open_batch(card.batch), Told()
    terms = Terms(acting.actor, clock.now(), contracts, batch, dry, acting.viewer)
    preset = mapping.preset_for(Target(card.target), card.kind, card.base, card.columns, card.values)
    with queries.table_of(viewer=VIEWER, upload_id=card.id) as path:
        for told in importing.take(
            read_table(path, encoding=card.encoding), preset=preset, day=card.as_of, terms=terms
        ):
            uploads.note_progress(by=BY, at=clock.now(), upload_id=card.id, counts=counts_of(told))
    return told


def counts_of(told: Told) -> Counts:
    """The account in numbers."""
    return Counts(told.accepted, told.duplicates, len(told.refused))
