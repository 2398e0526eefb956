"""The section about finding the law says what was measured, and that it was not when it was not."""

from __future__ import annotations

import json
from pathlib import Path

from evaluations.statutes import evaluate_search, section


def test_recall_on_an_invented_corpus(tmp_path: Path) -> None:
    laws, data = tmp_path / "laws", tmp_path / "data/stard"
    laws.mkdir()
    data.mkdir(parents=True)
    text = "# 云汀市纸鸢办法\n\n第一条 放飞须登记。\n第二条 近电放飞的，罚款二百元。\n"
    (laws / "a.md").write_text(text, encoding="utf-8")
    questions = [
        {
            "query_id": 0,
            "question": "近电放飞罚款吗",
            "gold_names": ["云汀市纸鸢办法第二条"],
            "market_regulation": True,
        },
        {
            "query_id": 2,
            "question": "潜水艇",
            "gold_names": ["云汀市潜水办法第一条"],
            "market_regulation": False,
        },
    ]
    lines = "\n".join(json.dumps(q, ensure_ascii=False) for q in questions)
    (data / "queries_dev.jsonl").write_text(lines, encoding="utf-8")
    result = evaluate_search(tmp_path / "data", laws)
    assert (result.articles, result.questions, result.unresolved) == (2, 2, 1)
    assert result.recall["fields, characters and standing"] == (0.5, 1.0, 0.0)
    page = section(result, "")
    assert "| fields, characters and standing | 0.500 | 1.000 | 0.000 |" in page
    assert "Not measured" in section(None, "# Validity\n")
    assert section(None, f"# Validity\n\n{page}") == page, "what was measured before stays"
