"""A run of the lab becomes a proposal, and so does the return to a version that judged before."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings

from zhunsheng.core.actors import Actor, Viewer
from zhunsheng.core.packs.diff import described, difference
from zhunsheng.core.packs.findings import Severity
from zhunsheng.core.packs.proof import prove_pack
from zhunsheng.engine.examples import tried
from zhunsheng.engine.library import proof_policy
from zhunsheng.engine.packfiles import pack_from
from zhunsheng.judging.lab import queries as lab
from zhunsheng.judging.lab.lifecycle import RunKind
from zhunsheng.judging.rulebook import actions as rulebook
from zhunsheng.judging.rulebook import queries
from zhunsheng.judging.rulebook.lifecycle import ProposalState, ProposalStepError
from zhunsheng.workflows.keeping import documents_of
from zhunsheng.workflows.ruling import rules_at

SCHEMA = "zhunsheng.rule-dossier/1"
FIGURES = ("touches", "subjects", "messages", "drift_permille")


def propose(by: Actor, at: datetime, viewer: Viewer, run_id: int, reason: str) -> int:
    """Draft the first version of a finished replay; the proposal's id. ProposalStepError says why not."""
    card, content = lab.run(viewer=viewer, run_id=run_id), lab.report(viewer=viewer, run_id=run_id)
    if card is None or content is None or card.kind is not RunKind.REPLAY:
        raise ProposalStepError("请先把要起草的版本重放一遍，看过报告再起草")
    if card.versions[0][1] == rules_at(at).pack.content_hash:
        raise ProposalStepError("与现行版本内容相同，无须起草")
    impact = [
        {name: version[name] for name in ("version", "hash", *FIGURES)} for version in content["versions"]
    ]
    period = {name: content[name] for name in ("from", "to", "known_at", "chosen", "facts_sha256")}
    told = {"run": card.id, "report_sha256": card.content_hash, "versions": impact} | period
    dossier = {**_dossier(at, card.versions[0][1]), "impact": told}
    return rulebook.draft(by=by, at=at, dossier=dossier, reason=reason)


def roll_back(by: Actor, at: datetime, viewer: Viewer, proposal_id: int, reason: str) -> int:
    """Draft the return to a version that judged before; the proposal's id. ProposalStepError says why not.

    From a version that gave way: that version. From the one in effect: what judged before it. No history is
    edited, and no replay is asked for: what it does is on record.
    """
    found = queries.proposal(viewer=viewer, proposal_id=proposal_id)
    if found is None or found[0].state not in {ProposalState.EFFECTIVE, ProposalState.SUPERSEDED}:
        raise ProposalStepError("只能恢复施行过的版本")
    card, _old = found
    wanted = card.replaces if card.state is ProposalState.EFFECTIVE else card.pack_hash
    if wanted == rules_at(at).pack.content_hash:
        raise ProposalStepError("与现行版本内容相同，无须起草")
    told = {"hash": wanted, "proposal": card.id, "dossier": card.dossier_hash}
    told |= {"why": reason.strip(), "asked_at": at.isoformat()}
    return rulebook.draft(by=by, at=at, dossier={**_dossier(at, wanted), "restores": told}, reason=reason)


def _dossier(at: datetime, content_hash: str) -> dict[str, Any]:
    """What every dossier of a version holds: its hash, what changes against the one in effect, the proof."""
    library, documents = rules_at(at), documents_of(content_hash)
    pack, contracts = pack_from(documents)
    changes = difference(library.pack, library.contracts, pack, contracts)
    findings = prove_pack(pack, contracts, proof_policy(settings.PACKS))
    sentences = described(pack, contracts)
    return {
        "schema": SCHEMA,
        "pack": {"version": pack.version, "hash": pack.content_hash},
        "against": {"version": library.pack.version, "hash": library.pack.content_hash},
        "changes": [asdict(change) for change in changes],
        "basis": {c.id: sentences[c.id]["依据"] for c in changes if "依据" in sentences.get(c.id, {})},
        "proof": [asdict(finding) for finding in findings],
        "errors": sum(finding.severity is Severity.ERROR for finding in findings),
        "tests": tried(pack, contracts, documents),
    }
