"""The reference pages in docs/reference/, from what the code itself reads: commands, methods and parameters."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from vfm.cli import COMMANDS, Argument, Command
from vfm.release.parameters import PARAMETERS

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "src" / "vfm" / "release"

COMMANDS_HEAD = """\
# Commands

Made from `src/vfm/cli/` and `run.py` by `python3 run.py dictionary`: change those, not this page.

`vfm` is in `.venv/bin`, or `.venv\\Scripts` on Windows. Every command of it also takes `--data published` (as it is) or
`--data examples` (invented), and `--help`. It ends with 0 when it is done, 1 when the data, a policy or a verification
says no, 2 when it was asked wrongly, 3 when the run failed, and 130 when it was interrupted. A run that fails leaves
the last release as it was.
"""
METHODS_HEAD = """\
# Methods

Made from `src/vfm/release/methods.csv` by `python3 run.py dictionary`: change that, not this page. `vfm trace FIGURE`
reads the same lines, and adds the rows that went in.

A figure says its method in words; the first row here that fits them gives the formula. An asterisk stands for whatever
words a figure has in that place, such as its period. The tables that a method reads are described in the
[data dictionary](../data-dictionary.md). [tests/spec](../../tests/spec/README.md) holds formulas to worked numbers.

| method | formula | source | reads |
| --- | --- | --- | --- |
"""
PARAMETERS_HEAD = """\
# Parameters

Made from `parameters.csv` and `parameters.py` in `src/vfm/release/` by `python3 run.py dictionary`: change those, not
this page.

What a notebook may be told: `vfm refresh QUARTER -p NAME=VALUE` gives another value to every notebook that has the
parameter.

## What each is, and where its value comes from

An asterisk stands for any value that has no row of its own.

| parameter | value | what it is | where the value comes from | its date |
| --- | --- | --- | --- | --- |
"""
DEFAULTS_HEAD = """
## What each notebook has

The classes are in `src/vfm/release/parameters.py`, which refuses what is not possible. `quarter` is the one that is
refreshed.

| notebook | parameters, with the values that they have unless told |
| --- | --- |
"""
AS_IT_SAYS = "="  # a method whose name is its own formula


def pages() -> dict[str, str]:
    """Every page of the reference, by its name."""
    return {
        "commands.md": commands(COMMANDS, (ROOT / "run.py").read_text(encoding="utf-8")),
        "methods.md": methods(read(RELEASE / "methods.csv")),
        "parameters.md": parameters(read(RELEASE / "parameters.csv"), PARAMETERS),
    }


def commands(known: Mapping[str, Command], run_py: str) -> str:
    """Each command of `vfm` with its arguments and an example, then the lines of help of run.py."""
    contents = "".join(f"- [`vfm {name}`](#vfm-{name}): {plain(one.what)}\n" for name, one in known.items())
    lines = re.findall(
        r"^    (python3 run\.py \S.*?)  +(\S.*)$", ast.get_docstring(ast.parse(run_py), False) or "", re.M
    )
    rows = "".join(f"| `{said}` | {plain(what)} |\n" for said, what in lines)
    helper = (
        f"## python3 run.py\n\nSets the project up the first time.\n\n| command | what it does |\n| --- | --- |\n{rows}"
    )
    return "\n".join([COMMANDS_HEAD, contents, *(section(*item) for item in known.items()), helper])


def section(name: str, one: Command) -> str:
    """One command: what it does, what it takes, and an example."""
    rows = "".join(argument_row(argument) for argument in one.arguments)
    takes = f"| argument | what it is | may be left out |\n| --- | --- | --- |\n{rows}\n" if rows else ""
    what = one.what[0].upper() + one.what[1:]
    return f"## vfm {name}\n\n{plain(what)}.\n\n{takes}```\n{one.example}\n```\n"


def argument_row(argument: Argument) -> str:
    """What is typed, what it is, and whether it may be left out."""
    options = argument.options
    placed = not argument.names[0].startswith("-")
    may = options.get("nargs") in ("*", "?") if placed else not options.get("required", False)
    typed = options.get("metavar", argument.names[0]) if placed else ", ".join(argument.names)
    if not placed and options.get("action") != "store_true":
        typed += " " + options.get("metavar", "|".join(options.get("choices", ())))
    return f"| {code(typed)} | {plain(options.get('help', ''))} | {'yes' if may else 'no'} |\n"


def methods(rows: Iterable[Mapping[str, str]]) -> str:
    """Each method with its formula, its source and the tables that it reads."""
    return METHODS_HEAD + "".join(
        row_of(
            plain(row["method"]),
            "as the method says" if row["formula"] == AS_IT_SAYS else plain(row["formula"]),
            plain(row["source"]),
            ", ".join(map(code, row["reads"].split())),
        )
        for row in rows
    )


def parameters(rows: Iterable[Mapping[str, str]], of_notebook: Mapping[str, type]) -> str:
    """Each parameter with what it is, and the source and the date of its value; then those of each notebook."""
    known = "".join(
        row_of(code(row["parameter"]), *(plain(row[name]) for name in ("value", "what", "source", "date")))
        for row in rows
    )
    defaults = "".join(row_of(code(notebook), defaults_of(kind)) for notebook, kind in of_notebook.items())
    return f"{PARAMETERS_HEAD}{known}{DEFAULTS_HEAD}{defaults}"


def defaults_of(kind: type) -> str:
    """The parameters of one notebook as they are typed."""
    return ", ".join(code(f"{one.name}={one.default}") for one in fields(kind) if one.name != "quarter") or "none"


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file of the code's own."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def code(text: str) -> str:
    """A text as code in a cell of a table, where a bar has to be escaped even so."""
    return f"`{text}`".replace("|", "\\|")


def plain(text: str) -> str:
    """A text whose signs are not taken for marks of Markdown."""
    return re.sub(r"([\\|<*`_])", r"\\\1", text)
