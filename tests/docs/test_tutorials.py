"""What a page tells its reader to type is what the parsers take, and a tutorial's commands do what it says they print.

The tutorials of the analyst and of the reviewer are followed, command by command, on a project of two small notebooks.
What a page shows of the output has to be printed, in that order; an ellipsis stands for what is left out.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from vfm.cli import main, parser
from vfm.data.project import PROJECT_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path for kind in ("tutorials", "how-to", "explanation") for path in (ROOT / "docs" / kind).glob("*.md"))
LEFT_OUT = "…"
PUBLISH = """import vfm
from vfm.vocabulary.results import Estimate

release = vfm.open_release(quarter)
release.number("{id}", Estimate(1), title="A number", unit="awards", period="2019/20", source="here");"""


def steps(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command that a page shows, with the lines that it shows of what is printed."""
    for block in re.findall(r"^ *```console\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        for part in block.split("$ ")[1:]:
            command, *shown = part.splitlines()
            yield command, shown


def named(text: str) -> list[str]:
    """Every command of vfm that a page names between its words, where it gives an argument."""
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [found.replace("\n", " ") for found in re.findall(r"`(vfm [a-z]+ [^`]+)`", prose)]


def taken(command: str) -> bool:
    return callable(parser().parse_args(shlex.split(command)[1:]).function)


def assert_shown(shown: list[str], printed: str, command: str) -> None:
    """Every line of the page is printed, one after the other."""
    at = 0
    for line in (one for one in shown if one != LEFT_OUT):
        pattern = ".*".join(map(re.escape, line.split(LEFT_OUT)))
        found = re.compile(f"^{pattern}$", re.MULTILINE).search(printed, at)
        assert found, f"{command!r} does not print {line!r} there, but:\n{printed}"
        at = found.end()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The raw files, and two small notebooks, with nothing made or published yet."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copy(ROOT / "requirements.lock", folder)
    (folder / "notebooks").mkdir()
    (folder / "build").mkdir()
    for name, figure in {"00-data-quality": "first", "90-quarterly-update": "budget-growth-real"}.items():
        first = 'quarter = "2019-20-Q4"' + ('\nbase_year = "2012-13"\nyear = "2019-20"' if name[0] == "9" else "")
        cells = [
            new_markdown_cell(f"# {name}"),
            new_code_cell(first, metadata={"tags": ["parameters"]}),
            new_code_cell(PUBLISH.format(id=figure)),
        ]
        nbformat.write(new_notebook(cells=cells), folder / "notebooks" / f"{name}.ipynb")
    monkeypatch.setenv(PROJECT_VARIABLE, str(folder))
    monkeypatch.chdir(folder)
    return folder


def follow(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Do what a tutorial says, in its order: every command of vfm, and the check that run.py hands on to it."""
    for command, shown in steps((ROOT / "docs" / "tutorials" / page).read_text(encoding="utf-8")):
        if command == "python3 run.py check":
            words = ["check"]
        elif command.startswith("vfm "):
            words = shlex.split(command)[1:]
        else:
            continue  # the tests and JupyterLab: the former are running
        capsys.readouterr()
        assert main(words) == 0, command
        assert_shown(shown, capsys.readouterr().out, command)


def test_the_tutorials_of_the_analyst_and_the_reviewer_can_be_followed(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    follow("refresh-a-quarter.md", capsys)
    assert (project / "build" / "vfm-return-2019-20-Q4-london-gang-exit.xlsx").is_file()
    assert (project / "reports" / "2019-20-Q4" / "index.html").is_file()
    follow("check-a-change.md", capsys)  # on what the analyst has published


def test_the_check_of_the_researcher_prints_what_is_shown(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = [
        shown
        for command, shown in steps((ROOT / "docs/tutorials/ask-a-question.md").read_text("utf-8"))
        if command == "python3 run.py check"
    ]
    assert main(["check"]) == 0
    assert_shown(shown, capsys.readouterr().out, "vfm check")


def test_the_researcher_traces_the_published_figure_and_finds_it_by_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PROJECT_VARIABLE, str(ROOT))
    text = (ROOT / "docs" / "tutorials" / "ask-a-question.md").read_text(encoding="utf-8")
    ((command, shown),) = [step for step in steps(text) if step[0].startswith("vfm trace")]
    assert main(shlex.split(command)[1:]) == 0
    printed = capsys.readouterr().out
    assert_shown(shown, printed, command)
    assert "data/raw/published/budget.csv" in printed
    for asked, found in {"growth of the budget": "budget-growth-real: ", "53.6": "budget-2019-20: "}.items():
        assert f"vfm trace {asked}" in text.replace('"', "")
        assert main(["trace", asked]) == 0
        assert found in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_every_command_of_a_page_is_one_that_there_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    run_py = set(re.findall(r'^    "(\w+)": ', (ROOT / "run.py").read_text(encoding="utf-8"), re.MULTILINE))
    for command in [*(command for command, _ in steps(text)), *named(text)]:
        words = shlex.split(command)
        if words[:2] == ["python3", "run.py"]:
            assert words[2] in run_py, command
        else:
            assert words[0] == "vfm", command
            assert taken(command), command
    for name in re.findall(r"`python3 run\.py (\w+)", text):
        assert name in run_py, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    for place in re.findall(r"`((?:src|data/raw|notebooks|examples|tests|tools)/[\w./-]+)`", page.read_text("utf-8")):
        assert (ROOT / place).exists() or place.startswith(MAY_COME), f"{page.name}: {place}"


MAY_COME = ("data/raw/returns", "data/raw/grants", "data/raw/contracts", "data/raw/ledgers", "data/raw/funding_tables")


@pytest.mark.parametrize(
    ("shown", "printed", "good"),
    [
        (["a", "…", "c"], "a\nb\nc\n", True),
        (["took … s"], "took 2.5 s\n", True),
        (["c", "a"], "a\nb\nc\n", False),  # the other way round
        (["a"], "a and more\n", False),
        (["…"], "", True),
    ],
)
def test_what_is_shown_is_held_to_what_is_printed(shown: list[str], printed: str, good: bool) -> None:
    if good:
        assert_shown(shown, printed, "it")
    else:
        with pytest.raises(AssertionError, match="does not print"):
            assert_shown(shown, printed, "it")


def test_every_page_is_on_the_map() -> None:
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert f"({page.parent.name}/{page.name})" in text, page.name


def test_every_part_of_a_page_that_is_linked_to_is_there() -> None:
    found = 0
    for page in (ROOT / "docs").rglob("*.md"):
        for target, part in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", page.read_text(encoding="utf-8")):
            text = (page.parent / target if target else page).read_text(encoding="utf-8")
            headings = {words.lower().replace(" ", "-") for words in re.findall("^#+ (.+)$", text, re.MULTILINE)}
            assert part in headings, (page.name, target, part)
            found += 1
    assert found > 3
