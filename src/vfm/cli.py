"""The front door: one function a command, no logic. Imports are made where they are used, so that help is quick."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from vfm.vocabulary.errors import DataError, RunError, UsageError, VfmError

if TYPE_CHECKING:
    from vfm.data.project import Project

Function = Callable[["Project", argparse.Namespace], int]


@dataclass(frozen=True)
class Command:
    """What the front door says of a command, and what it takes besides --data."""

    function: Function
    what: str
    example: str
    arguments: tuple["Argument", ...]


class Argument:
    """One argument, as argparse wants it."""

    def __init__(self, *names: str, **options: Any):
        self.names, self.options = names, options


COMMANDS: dict[str, Command] = {}
QUARTER = Argument("quarter", metavar="QUARTER", help="as 2019-20-Q4: January to March 2020")
ROLE = Argument("--role", metavar="ROLE", required=True, help="who does it, as release/roles.csv names it; no person")
RELEASE = Argument("release", metavar="RELEASE", help="a quarter, a version of it (2019-20-Q4@v1), or a folder")
JSON = Argument("--json", action="store_true", help="everything found, as JSON")


def command(what: str, *arguments: Argument, example: str) -> Callable[[Function], Function]:
    """Put a function at the front door, under its own name."""

    def at_the_door(function: Function) -> Function:
        COMMANDS[function.__name__] = Command(function, what, example, arguments)
        return function

    return at_the_door


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0 done, 1 data, 2 usage, 3 a run that failed, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        from vfm.data.project import Project

        return int(options.function(Project.find(options.data), options))
    except VfmError as error:
        _say(f"vfm: {error}", sys.stderr)
        if isinstance(error, DataError):
            from vfm.vocabulary.listing import as_text

            _say(as_text([problem for problem in error.problems if not problem.advice]), sys.stderr, end="")
        return error.exit_status
    except BrokenPipeError:  # what reads us has enough, such as head: nothing more to say, and no complaint
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        file, reason = _first(error)
        _say(f"vfm: cannot use{file and f' {file}'}: {reason}. The last release is as it was.", sys.stderr)
        return RunError.exit_status
    except KeyboardInterrupt:
        print("vfm: interrupted. The last release is as it was.", file=sys.stderr)
        return 130


@command(
    "every problem in what came in, and how to mend it",
    Argument("path", metavar="PATH", nargs="*", help="files or folders (all that came in)"),
    Argument("--format", choices=["text", "csv", "json"], default="text", help="how to say it"),
    example="vfm check data/raw/returns/2019-20-Q4",
)
def check(project: "Project", options: argparse.Namespace) -> int:
    """Say every problem in what came in, or in the files named."""
    from vfm.data import checks
    from vfm.data.catalogue import Catalogue
    from vfm.vocabulary.listing import FORMS

    catalogue = Catalogue.read(project.raw)
    paths = [Path(path) for path in options.path]
    checked = checks.check_paths(catalogue, paths) if paths else checks.check(catalogue)
    _say(FORMS[options.format](checked.problems), sys.stdout, end="")
    if options.format == "text":
        print(checked.summary)
    return DataError.exit_status if checked.errors else 0


@command("raw files to processed tables", QUARTER, example="vfm build 2019-20-Q4")
def build(project: "Project", options: argparse.Namespace) -> int:
    """Raw files to processed tables."""
    from vfm.data.alone import alone
    from vfm.data.build import build
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, _note):
        print(build(project, quarter).relative_to(project.root))
    return 0


@command(
    "check, build, run the notebooks: a draft of the quarter's release",
    QUARTER,
    Argument(
        *("-p", "--parameter"),
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a notebook's parameter; may be given several times",
    ),
    Argument(
        "--cluster",
        metavar="ADDRESS",
        default="",
        help="a Dask scheduler, as tcp://host:8786, whose workers run the notebooks (this machine runs them)",
    ),
    Argument("--profile", action="store_true", help="say where the time went, notebook by notebook"),
    example="vfm refresh 2019-20-Q4 -p level=0.9",
)
def refresh(project: "Project", options: argparse.Namespace) -> int:
    """Make the draft of a quarter's release."""
    from vfm.data.alone import alone
    from vfm.release.up_to_date import clear_up, is_up_to_date
    from vfm.vocabulary.periods import Quarter

    quarter, given = Quarter.parse(options.quarter), _given(options.parameter)
    with alone(project, quarter, _note):
        clear_up(project, quarter)
        if is_up_to_date(project, quarter, given):
            print("nothing to do: no input, code, parameter or library has changed since the draft was made")
        else:
            from vfm.release.refresh import refresh

            draft = refresh(
                project,
                quarter,
                given,
                lambda line: print(line, flush=True),
                profiled=options.profile,
                cluster=options.cluster,
            )
            if options.profile:
                from vfm.release.profile import as_text

                print(as_text(draft), end="")
    print(f"draft: {(project.draft(quarter) / 'index.html').relative_to(project.root)}")
    print(f"to put it forward: vfm submit {quarter} --role ROLE{f' --data {options.data}' if options.data else ''}")
    return 0


@command(
    "put a draft forward for review",
    *(QUARTER, ROLE),
    example='vfm submit 2019-20-Q4 --role "performance analyst"',
)
def submit(project: "Project", options: argparse.Namespace) -> int:
    """Put a draft forward for review."""
    from vfm.data.alone import alone
    from vfm.release import gate
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, _note):
        folder = gate.submit(project, quarter, options.role)
    print(f"in review: {(folder / 'index.html').relative_to(project.root)}")
    return 0


@command(
    "approve what is in review, as another role than the one that submitted it",
    *(QUARTER, ROLE),
    example='vfm approve 2019-20-Q4 --role "head of performance"',
)
def approve(project: "Project", options: argparse.Namespace) -> int:
    """Approve what is in review."""
    from vfm.data.alone import alone
    from vfm.release import gate, manifest
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, _note):
        approval = manifest.read(gate.approve(project, quarter, options.role))["approval"]
    print(f"approved by the {approval['role']}, {approval['at']}, over {approval['hash']}")
    return 0


@command(
    "seal an approved draft as the release",
    QUARTER,
    Argument("--reason", metavar="TEXT", default="", help="why there is another version; the first needs none"),
    example='vfm publish 2019-20-Q4 --reason "The returns of two boroughs came late."',
)
def publish(project: "Project", options: argparse.Namespace) -> int:
    """Seal an approved draft as the release."""
    from vfm.data.alone import alone
    from vfm.release.publish import publish
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, _note):
        folder = publish(project, quarter, options.reason)
    print(f"published: {(folder / 'index.html').relative_to(project.root)}")
    return 0


@command(
    "run a release again from raw and say what is the same, and what differs by how much",
    *(RELEASE, JSON),
    example="vfm verify 2019-20-Q4",
)
def verify(project: "Project", options: argparse.Namespace) -> int:
    """Run a release again in a folder of its own and compare every piece of it."""
    from vfm.release.verify import verify

    verified = verify(project, options.release, lambda line: print(line, file=sys.stderr, flush=True))
    _say(verified.as_json() if options.json else verified.as_text(), sys.stdout, end="")
    return 0 if verified.good else DataError.exit_status


@command(
    "what changed between two releases: what is new, revised or withdrawn, and why each figure moved",
    Argument("old", metavar="OLD", help="the earlier release: a quarter, a version of it, or a folder"),
    Argument("new", metavar="NEW", help="the later one"),
    JSON,
    example="vfm compare 2019-20-Q4@v1 2019-20-Q4",
)
def compare(project: "Project", options: argparse.Namespace) -> int:
    """Say what became of every figure from one release to another."""
    from vfm.release.compare import compare

    compared = compare(project, options.old, options.new, lambda line: print(line, file=sys.stderr, flush=True))
    _say(compared.as_json() if options.json else compared.as_text(), sys.stdout, end="")
    return 0


@command(
    "from a published figure back to its formula, code, parameters, raw rows and reviewer",
    Argument("figure", metavar="FIGURE", help="an id, a text of its title, or the number as it is printed"),
    Argument("--release", metavar="RELEASE", default="", help="a quarter, 2019-20-Q4@v1, or a path (the latest)"),
    JSON,
    example="vfm trace budget-growth-real",
)
def trace(project: "Project", options: argparse.Namespace) -> int:
    """From a published figure back to what it is made from."""
    import json

    from vfm.release.trace import trace
    from vfm.release.trace_words import as_text

    found = trace(project, options.figure, options.release)
    _say(json.dumps(found, indent=1, ensure_ascii=False) if options.json else as_text(found), sys.stdout, end="")
    return 0


@command(
    "answer a question card from a release, with its receipt; without a card, list them",
    Argument("card", metavar="CARD", nargs="?", help="as vfm ask lists them"),
    Argument("given", metavar="NAME=VALUE", nargs="*", help="a parameter of the card, such as borough=Croydon"),
    Argument("--release", metavar="RELEASE", default="", help="a quarter, 2019-20-Q4@v1, or a path (the latest)"),
    Argument("--json", action="store_true", help="the cards, or the answer, as JSON"),
    example="vfm ask services-in borough=Croydon",
)
def ask(project: "Project", options: argparse.Namespace) -> int:
    """Answer a question card, or list the cards."""
    import json

    from vfm.release import ask, ask_words
    from vfm.release.cards import cards

    if options.card is None:
        listed = json.dumps([card.as_record() for card in cards().values()], indent=1, ensure_ascii=False) + "\n"
        _say(listed if options.json else ask_words.listed(cards()), sys.stdout, end="")
        return 0
    answer = ask.ask(project, options.card, _given(options.given), options.release)
    _say(answer.as_json() if options.json else ask_words.as_text(answer), sys.stdout, end="")
    return 0


@command(
    "the workbook that a provider fills in: a quarter's monitoring return",
    QUARTER,
    Argument("--service", metavar="SERVICE", required=True, help="key or name of the service"),
    Argument("--to", metavar="FOLDER", default=".", help="where to write it (here)"),
    example="vfm template 2019-20-Q4 --service london-gang-exit --to outbox",
)
def template(project: "Project", options: argparse.Namespace) -> int:
    """Write the return that a provider fills in."""
    from vfm.data.quarter import QuarterData
    from vfm.data.template import template_for
    from vfm.vocabulary.periods import Quarter

    data = QuarterData(project, Quarter.parse(options.quarter))
    print(template_for(data, options.service, Path(options.to)))
    return 0


@command(
    "the dashboards, from the latest release or from the one named",
    Argument("--release", metavar="RELEASE", help="as 2019-20-Q4@v1 or 2019-20-Q4@draft (the latest published)"),
    example="vfm site",
)
def site(project: "Project", options: argparse.Namespace) -> int:
    """Make the dashboards."""
    from vfm.release.find import find
    from vfm.site.build import build

    folder, made = build(project, find(project, options.release) if options.release else None)
    print(f"{'made' if made else 'up to date'}: {(folder / 'index.html').relative_to(project.root)}")
    return 0


@command(
    "the committee researcher's bench in JupyterLab, on this machine only",
    Argument("--no-browser", action="store_true", help="print the address, and open no browser"),
    example="vfm explore",
)
def explore(project: "Project", options: argparse.Namespace) -> int:
    """Serve the bench until it is interrupted."""
    from vfm.bench import lab

    lab.start(project, lab.NOTEBOOK, more=[lab.NO_BROWSER] if options.no_browser else [])
    return 0


@command(
    "what is wrong with this installation or data folder, and what to do about it",
    Argument("--mend", action="store_true", help="mend what can be mended with nothing lost"),
    example="vfm doctor --mend",
)
def doctor(project: "Project", options: argparse.Namespace) -> int:
    """Say what is wrong; with --mend, mend what can be mended safely and say what is left."""
    from vfm.release import doctor
    from vfm.release.data_folder import projects

    looked_at = projects(project, options.data)
    found = doctor.examine(looked_at)
    if options.mend:
        for line in doctor.mend(found):
            _say(line, sys.stdout)
        found = doctor.examine(looked_at)
    _say(doctor.as_text(found), sys.stdout, end="")
    return DataError.exit_status if doctor.problems(found) else 0


def _given(pairs: Sequence[str]) -> dict[str, str]:
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f'"{pair}" is not NAME=VALUE.')
        given[name] = value
    return given


def _first(error: OSError) -> tuple[str, str]:
    """The file and the reason; of a folder that could not be copied, those of its first file that could not."""
    if not error.strerror and error.args and isinstance(error.args[0], list):  # a shutil.Error: (from, to, why), ...
        _, target, why = error.args[0][0]
        return str(target), str(why)
    return str(error.filename or ""), str(error.strerror or error)


def _note(line: str) -> None:
    print(f"vfm: {line}", file=sys.stderr, flush=True)


def _say(line: str, to: TextIO, end: str = "\n") -> None:
    """Print, whatever a file is called and whatever the terminal can show."""
    encoding = to.encoding or "utf-8"
    print(line.encode(encoding, errors="backslashreplace").decode(encoding), file=to, end=end)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vfm", description="Value for money of policing and crime commissioning, that can be checked."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, known in COMMANDS.items():
        one = commands.add_parser(name, help=known.what, description=known.what, epilog=f"example: {known.example}")
        one.set_defaults(function=known.function)
        one.add_argument("--data", metavar="DATA", help="published (as it is) or examples (invented)")
        for argument in known.arguments:
            one.add_argument(*argument.names, **argument.options)
    return parser
