"""`python -m evaluations` measures and writes the page; `… calibrate` fits the points first.

`… registry` measures the registry codes only, `… cities` the cities and challengers only.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from evaluations.calibrate import fitted_points
from evaluations.challenging import section as challenge_section
from evaluations.cities import CITIES, City
from evaluations.folder import DataFolderMissingError, data_folder
from evaluations.judged import PACKS, judge_rows, one_hot, read_pack
from evaluations.registry_codes import TITLE, CodeResult, evaluate_codes, section
from evaluations.report import evaluate, page
from evaluations.statutes import evaluate_search, law_folder
from evaluations.statutes import section as search_section

PAGE = Path(__file__).parent.parent / "docs/reference/validity.md"


def calibrate(city: City, folder: Path) -> None:
    """Fit the points of a city's pack and write them into its model file."""
    pack = read_pack(city.pack)
    rows = city.rows(folder)
    matrix, columns = one_hot(pack, judge_rows(pack, city.facts(folder), rows))
    points = dict(zip(columns, fitted_points(matrix, rows).tolist(), strict=True))
    path = PACKS / city.pack / "model.yaml"
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    for document in text["documents"]:
        for number, part in enumerate(document.get("bins", [])):
            hundredths = points[(document["id"], number)]
            sign = "-" if hundredths < 0 else ""
            part["points"] = f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
    dumped = yaml.safe_dump(text, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(dumped, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """0 when the page was written, 1 when a code was judged wrongly, 4 when the data are not there."""
    try:
        folder = data_folder()
    except DataFolderMissingError as error:
        print(error, file=sys.stderr)
        return 4
    outcomes = []
    if arguments == ["registry"]:
        return _registry_only(evaluate_codes(folder))
    for city in CITIES:
        print(f"{city.title} …", file=sys.stderr)
        if "calibrate" in arguments:
            calibrate(city, folder)
        outcomes.append(evaluate(city, folder))
    learned = challenge_section([(o.city.title, o.challenge) for o in outcomes])
    cities = [page(outcomes), learned]
    if "cities" in arguments:
        return _cities_only(cities)
    codes = evaluate_codes(folder)
    corpus, written = law_folder(), PAGE.read_text(encoding="utf-8")
    laws = evaluate_search(folder, corpus) if corpus is not None else None
    PAGE.write_text("\n".join([*cities, section(codes), search_section(laws, written)]), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return _verdict(codes)


def _cities_only(written: list[str]) -> int:
    """Cities and challengers are measured and written anew; what stands below them stays."""
    _, heading, after = PAGE.read_text(encoding="utf-8").partition(TITLE)
    PAGE.write_text("\n".join([*written, heading + after]), encoding="utf-8")
    return 0


def _registry_only(codes: CodeResult) -> int:
    """Only this section of the page is measured and written anew; what stands around it stays."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(TITLE)
    _, heading, after = rest.partition("\n## ")
    PAGE.write_text(before + section(codes) + heading + after, encoding="utf-8")
    print(section(codes))
    return _verdict(codes)


def _verdict(codes: CodeResult) -> int:
    return 1 if codes.refused_right or codes.accepted_dirty else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
