"""The reference says what the code says, all of it, and the committed pages are the ones that it makes."""

from __future__ import annotations

import argparse
import ast
import csv
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from vfm.cli import COMMANDS, Argument, Command, parser
from vfm.data.project import Project
from vfm.release.parameters import PARAMETERS


def nothing(project: Project, options: argparse.Namespace) -> int:
    return 0


COUNT = Command(
    nothing,
    "how many there are, a*b",
    "vfm count beds --by night",
    (
        Argument("what", metavar="WHAT", help="beds or|and meals"),
        Argument("path", metavar="PATH", nargs="*", help="files"),
        Argument("-b", "--by", metavar="COLUMN", required=True, help="a column"),
        Argument("--format", choices=["text", "csv"], help="how to say it"),
        Argument("--json", action="store_true", help="as JSON"),
    ),
)
COUNT_TOLD = r"""## vfm count

How many there are, a\*b.

| argument | what it is | may be left out |
| --- | --- | --- |
| `WHAT` | beds or\|and meals | no |
| `PATH` | files | yes |
| `-b, --by COLUMN` | a column | no |
| `--format text\|csv` | how to say it | yes |
| `--json` | as JSON | yes |

```
vfm count beds --by night
```
"""


@dataclass(frozen=True)
class Beds:
    quarter: str
    level: float = 0.95
    rule: str = "a|b"


def test_a_command_is_written_out_with_its_arguments_and_example(reference: ModuleType) -> None:
    assert reference.section("count", COUNT) == COUNT_TOLD


def test_a_command_that_takes_nothing_has_no_table(reference: ModuleType) -> None:
    bare = Command(nothing, "all of it", "vfm all", ())
    assert reference.section("all", bare) == "## vfm all\n\nAll of it.\n\n```\nvfm all\n```\n"


def test_the_page_of_commands_has_each_and_the_lines_of_run_py(reference: ModuleType) -> None:
    lines = "    python3 run.py test          everything\n    python3 run.py bench [NAME]  how long\n"
    run_py = f'"""Set up.\n\n{lines}\nThe end.\n"""'
    page = reference.commands({"count": COUNT}, run_py)
    assert "- [`vfm count`](#vfm-count): how many there are, a\\*b\n" in page
    assert page.endswith("| `python3 run.py test` | everything |\n| `python3 run.py bench [NAME]` | how long |\n")


def test_a_method_has_its_formula_its_source_and_what_it_reads(reference: ModuleType) -> None:
    rows = [
        {"method": "mean of *", "formula": "sum |x| / n", "source": "Gauss (1809)", "reads": "awards crime"},
        {"method": "count", "formula": "=", "source": "the rows", "reads": ""},
    ]
    assert reference.methods(rows) == reference.METHODS_HEAD + (
        "| mean of \\* | sum \\|x\\| / n | Gauss (1809) | `awards`, `crime` |\n"
        "| count | as the method says | the rows |  |\n"
    )


def test_a_parameter_has_its_source_and_date_and_a_notebook_its_defaults(reference: ModuleType) -> None:
    rows = [{"parameter": "level", "value": "*", "what": "coverage", "source": "custom", "date": "2019"}]
    page = reference.parameters(rows, {"00-beds": Beds})
    assert "\n| `level` | \\* | coverage | custom | 2019 |\n\n## " in page
    assert page.endswith("\n| `00-beds` | `level=0.95`, `rule=a\\|b` |\n")


def test_the_committed_pages_are_the_ones_that_the_code_makes(root: Path, made: dict[str, str]) -> None:
    docs = root / "docs"
    there = {path.relative_to(docs).as_posix() for path in (docs / "reference").rglob("*.md")}
    assert there | {"data-dictionary.md"} == set(made)
    for name, page in made.items():
        assert (docs / name).read_text(encoding="utf-8") == page, f"{name}: run `python3 run.py dictionary`"


def test_a_formula_that_is_read_is_the_one_that_is_tested(root: Path, made: dict[str, str]) -> None:
    specs = {path.stem.removeprefix("test_") for path in (root / "tests" / "spec").glob("test_*.py")}
    pages = {name.rpartition("/")[2].removesuffix(".md") for name in made if "/methodology/" in name}
    assert pages == specs | {"README"}
    page = made["reference/methodology/unit_costs.md"]
    assert "The cost is C/x, from\nC/U to C/L." in page
    # 65,000 over 5, over the upper limit of 5 and over the lower: tests/spec/test_unit_costs.py
    assert "| 65,000 | 5 | 13,000 | 5570.63 | 40037.29 |  | 65,000/5; 65,000/11.668332; 65,000/1.623486 |" in page
    assert "](../api/unit_costs.md)" in page


def test_every_public_function_of_the_methods_has_its_part(root: Path, made: dict[str, str]) -> None:
    for path in (root / "src" / "vfm" / "analysis").glob("[a-z]*.py"):
        page = made[f"reference/api/{path.stem}.md"]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in (one for one in tree.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")):
            assert f"\n## {node.name}\n" in page, (path.stem, node.name)


def test_every_indicator_has_its_part(root: Path, made: dict[str, str]) -> None:
    with (root / "data" / "raw" / "indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        keys = [row["measure_id"] for row in csv.DictReader(file)]
    assert re.findall(r"^- key: `(.*)`$", made["reference/indicators.md"], re.M) == sorted(
        keys, key=lambda key: made["reference/indicators.md"].index(f"`{key}`")
    )
    assert len(keys) == made["reference/indicators.md"].count("\n### ")


def test_every_page_that_a_csv_file_cites_is_there(root: Path) -> None:
    cited = {
        (path.relative_to(root).as_posix(), page.rstrip(".:"))
        for folder in ("src", "data/raw", "examples/raw")
        for path in (root / folder).rglob("*.csv")
        for page in re.findall(r"(?<![\w/.-])docs\b[^\s,;)|\"]*", path.read_text(encoding="utf-8-sig"))
    }
    assert ("src/vfm/release/methods.csv", "docs/decisions/0016-cannot-say-is-a-result.md") in cited
    assert [one for one in cited if not (root / one[1]).is_file()] == []


def test_every_command_has_its_part_and_every_link_of_the_contents_leads_to_one(reference: ModuleType) -> None:
    page = reference.pages()["commands.md"]
    assert re.findall(r"^## vfm (\S+)$", page, re.M) == list(COMMANDS)
    assert re.findall(r"\]\(#vfm-(\S+)\)", page) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_every_command_is_one_that_it_takes(name: str) -> None:
    words = shlex.split(COMMANDS[name].example)
    assert words[:2] == ["vfm", name]
    assert parser().parse_args(words[1:]).function is COMMANDS[name].function


def test_every_method_and_parameter_has_its_row(root: Path, reference: ModuleType) -> None:
    for name in ("methods", "parameters"):
        with (root / "src" / "vfm" / "release" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        page = reference.pages()[f"{name}.md"].partition("## What each notebook has")[0]
        assert len(re.findall(r"^\| (?!-|method |parameter )", page, re.M)) == len(rows) > 0
    for notebook in PARAMETERS:
        assert f"\n| `{notebook}` | " in reference.pages()["parameters.md"]
