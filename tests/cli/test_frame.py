"""The frame that every command stands in: home, language, answers, exit codes, discovery."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tools import messages
from zhunsheng.cli import commands, main
from zhunsheng.cli.exit_codes import CannotRunError, ExitCode
from zhunsheng.cli.language import language_of
from zhunsheng.cli.output import Output, Progress, UndocumentedKeyError, reporting

ZHUNSHENG = Path(sys.executable).parent / "zhunsheng"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run([ZHUNSHENG, *arguments], env=clean, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh-hans"),
        ({"LANG": "C.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "zh_CN"}, "zh-hans"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "en"}, "en"),
        ({"LANG": "en_US", "LC_ALL": ""}, "en"),
        ({"LANG": "enm_XX"}, "zh-hans"),
    ],
)
def test_the_locale_chooses_the_language(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language


def test_help_speaks_both_languages(tmp_path: Path) -> None:
    assert "law is the yardstick" in run("--home", str(tmp_path), "--help", LANG="en_US.UTF-8").stdout
    assert "以法律为准绳" in run("--home", str(tmp_path), "--help").stdout


def test_data_lives_where_home_says(tmp_path: Path) -> None:
    home = tmp_path / "data"
    assert run("--home", str(home), "--help").returncode == ExitCode.OK
    assert (home / "secret_key").exists()


def test_an_unusable_home_ends_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("--home", str(tmp_path / "file" / "below"), "--help")
    assert done.returncode == ExitCode.CANNOT_RUN
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_faulty_setting_ends_in_one_sentence(tmp_path: Path) -> None:
    done = run("--home", str(tmp_path), "--help", DATABASE_URL="mysql://nowhere/x")
    assert done.returncode == ExitCode.CANNOT_RUN
    assert "mysql" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    assert run("--home", str(tmp_path), "frobnicate").returncode == ExitCode.USAGE


def test_commands_are_found_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import click\n\n@click.command()\ndef command() -> None:\n    click.echo('found')\n"
    (tmp_path / "seeded_one_.py").write_text(text)
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    assert "seeded-one" in main.main.list_commands(click.Context(main.main))
    assert CliRunner().invoke(main.main, ["seeded-one"]).output == "found\n"


def test_another_home_in_the_same_process_is_refused(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main.main, ["--home", str(tmp_path), "nothing"], env={"ZHUNSHENG_HOME": ""})
    assert outcome.exit_code == ExitCode.USAGE


@click.command()
@click.option("--code", type=int, default=0)
@click.option("--wrong-key", is_flag=True)
@reporting({"n": "count"}, database=False)
def sample(out: Output, code: int, wrong_key: bool) -> ExitCode | None:
    out.line("for people")
    out.table(["a", "b"], [("市场", "[bold]x")], title="t")
    out.note("aside")
    out.result({"m" if wrong_key else "n": 3})
    return ExitCode(code)


def test_text_for_people_and_json_for_programs() -> None:
    text = CliRunner().invoke(sample, [])
    assert "for people" in text.stdout
    assert "[bold]x" in text.stdout
    answer = CliRunner().invoke(sample, ["--json"])
    assert json.loads(answer.stdout) == {"n": 3}
    assert "aside" in answer.stderr


def test_exit_codes_reach_the_shell() -> None:
    for code in ExitCode:
        assert CliRunner().invoke(sample, ["--code", str(int(code))]).exit_code == code


def test_an_undocumented_key_is_a_fault_of_ours() -> None:
    assert isinstance(CliRunner().invoke(sample, ["--wrong-key"]).exception, UndocumentedKeyError)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_records_are_one_json_array(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    out = Output(as_json=True, keys={"n": ""})
    assert out.records({"n": n} for n in range(count)) == count
    assert json.loads(capsys.readouterr().out) == [{"n": n} for n in range(count)]


def test_the_bar_waits_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    quick = Progress("quick", 2, after_seconds=60)
    quick.start()
    quick.advance(2)
    quick.stop()
    assert stream.getvalue() == ""
    slow = Progress("slow", 2, after_seconds=0)
    slow.start()
    slow._timer.join()
    slow.reach(1)
    slow.stop()
    assert "slow" in stream.getvalue()


def test_cannot_run_has_its_code() -> None:
    assert CannotRunError("x").exit_code == ExitCode.CANNOT_RUN


def test_every_text_has_its_english() -> None:
    assert messages.untranslated() == []


def test_the_catalogues_are_in_step_with_the_source() -> None:
    assert messages.out_of_step() == [], "run: .venv/bin/python -m tools.messages update"


def test_no_text_has_two_kinds_of_english() -> None:
    assert messages.contradicting() == []


@pytest.fixture
def seeded_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a part that has a text in Python and a portal that has texts in a template."""
    templates = tmp_path / "portals" / "enterprise" / "templates" / "enterprise"
    for folder in (tmp_path / "cli", templates.parent.parent):
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (tmp_path / "cli" / "words.py").write_text("_ = str\nW = _('市场')\n")
    templates.mkdir(parents=True)
    (templates / "a.html").write_text(
        "{% load i18n %}<p>{% translate '期限' %}"
        "{% blocktranslate with n=3 %}共 {{ n }} 条{% endblocktranslate %}"
    )
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    return tmp_path


def test_each_part_has_a_catalogue_of_its_own(seeded_source: Path) -> None:
    messages.update()
    own = seeded_source / "portals/enterprise/locale/en/LC_MESSAGES/django.po"
    assert [part.english_file for part in messages.parts()] == [
        seeded_source / "cli/locale/en/LC_MESSAGES/django.po",
        own,
    ]
    assert {m.id for m in messages.Part(own.parents[3]).english() if m.id} == {"期限", "共 %(n)s 条"}


def test_a_missing_translation_is_named(seeded_source: Path) -> None:
    assert messages.untranslated() == ["市场", "期限", "共 %(n)s 条"]
    assert len(messages.out_of_step()) == 2


def test_two_kinds_of_english_are_named(seeded_source: Path) -> None:
    (seeded_source / "portals/enterprise/more.py").write_text("_ = str\nW = _('市场')\n")
    messages.update()
    for part, english in zip(messages.parts(), ("market", "fair"), strict=True):
        text = part.english_file.read_text().replace(
            'msgid "市场"\nmsgstr ""', f'msgid "市场"\nmsgstr "{english}"'
        )
        part.english_file.write_text(text)
    assert messages.contradicting() == ["('市场', None)"]
