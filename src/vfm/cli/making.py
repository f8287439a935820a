"""What makes things: a check, tables, a draft, the gate, a release, a return to fill in."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vfm.cli.door import JSON, QUARTER, ROLE, Argument, command, note, pairs, say, tell
from vfm.vocabulary.errors import DataError, UsageError

if TYPE_CHECKING:
    from vfm.data.project import Project


@command(
    "every problem in what came in, and how to mend it",
    Argument("path", metavar="PATH", nargs="*", help="files or folders (all that came in)"),
    Argument("--format", choices=["text", "csv", "json"], default="text", help="how to say it"),
    JSON,
    example="vfm check data/raw/returns/2019-20-Q4",
)
def check(project: "Project", options: argparse.Namespace) -> int:
    """Say every problem in what came in, or in the files named."""
    from vfm.data import checks
    from vfm.data.catalogue import Catalogue
    from vfm.vocabulary.listing import FORMS

    catalogue = Catalogue.read(project.raw)
    if not all(options.path):
        raise UsageError("A path is empty: name a file or a folder, or leave it out for all that came in.")
    paths = [Path(path) for path in options.path]
    checked = checks.check_paths(catalogue, paths) if paths else checks.check(catalogue)
    form = "json" if options.json else options.format
    say(FORMS[form](checked.problems), sys.stdout, end="")
    if form == "text":
        print(checked.summary)
    return DataError.exit_status if checked.errors else 0


@command("raw files to processed tables", *(QUARTER, JSON), example="vfm build 2019-20-Q4")
def build(project: "Project", options: argparse.Namespace) -> int:
    """Raw files to processed tables."""
    from vfm.data.alone import alone
    from vfm.data.build import build
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, note):
        folder = build(project, quarter).relative_to(project.root)
    tell(options, str(folder), {"tables": folder})
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
    JSON,
    example="vfm refresh 2019-20-Q4 -p level=0.9",
)
def refresh(project: "Project", options: argparse.Namespace) -> int:
    """Make the draft of a quarter's release."""
    from vfm.cli.terminal import closing, shown_as_it_runs
    from vfm.data.alone import alone
    from vfm.release.up_to_date import clear_up, is_up_to_date
    from vfm.vocabulary.periods import Quarter

    quarter, told = Quarter.parse(options.quarter), pairs(options.parameter)
    with alone(project, quarter, note):
        clear_up(project, quarter)
        if not is_up_to_date(project, quarter, told):
            from vfm.release import forks

            if not options.cluster:
                forks.begin()
            from vfm.release.refresh import refresh

            with shown_as_it_runs(quiet=options.json) as (line, watch):
                asked = {"watch": watch, "profiled": options.profile, "cluster": options.cluster}
                draft = refresh(project, quarter, told, line, **asked)
            if options.profile:
                from vfm.release.profile import as_text

                say(as_text(draft), sys.stderr if options.json else sys.stdout, end="")
        elif not options.json:
            print("nothing to do: no input, code, parameter or library has changed since the draft was made")
    text, facts = closing(project, quarter, options.data)
    tell(options, text, facts)
    return 0


@command(
    "put a draft forward for review",
    *(QUARTER, ROLE, JSON),
    example='vfm submit 2019-20-Q4 --role "performance analyst"',
)
def submit(project: "Project", options: argparse.Namespace) -> int:
    """Put a draft forward for review."""
    from vfm.data.alone import alone
    from vfm.release import gate
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, note):
        folder = gate.submit(project, quarter, options.role)
    page = (folder / "index.html").relative_to(project.root)
    tell(options, f"in review: {page}", {"in_review": page})
    return 0


@command(
    "approve what is in review, as another role than the one that submitted it",
    *(QUARTER, ROLE, JSON),
    example='vfm approve 2019-20-Q4 --role "head of performance"',
)
def approve(project: "Project", options: argparse.Namespace) -> int:
    """Approve what is in review."""
    from vfm.data.alone import alone
    from vfm.release import gate, manifest
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, note):
        approval = manifest.read(gate.approve(project, quarter, options.role))["approval"]
    tell(options, f"approved by the {approval['role']}, {approval['at']}, over {approval['hash']}", approval)
    return 0


@command(
    "seal an approved draft as the release",
    QUARTER,
    Argument("--reason", metavar="TEXT", default="", help="why there is another version; the first needs none"),
    JSON,
    example='vfm publish 2019-20-Q4 --reason "The returns of two boroughs came late."',
)
def publish(project: "Project", options: argparse.Namespace) -> int:
    """Seal an approved draft as the release."""
    from vfm.data.alone import alone
    from vfm.release.publish import publish
    from vfm.vocabulary.periods import Quarter

    quarter = Quarter.parse(options.quarter)
    with alone(project, quarter, note):
        folder = publish(project, quarter, options.reason)
    page = (folder / "index.html").relative_to(project.root)
    tell(options, f"published: {page}", {"published": page})
    return 0


@command(
    "the workbook that a provider fills in: a quarter's monitoring return",
    QUARTER,
    Argument("--service", metavar="SERVICE", required=True, help="key or name of the service"),
    Argument("--to", metavar="FOLDER", default=".", help="where to write it (here)"),
    JSON,
    example="vfm template 2019-20-Q4 --service london-gang-exit --to outbox",
)
def template(project: "Project", options: argparse.Namespace) -> int:
    """Write the return that a provider fills in."""
    from vfm.data.quarter import QuarterData
    from vfm.data.template import template_for
    from vfm.vocabulary.periods import Quarter

    data = QuarterData(project, Quarter.parse(options.quarter))
    path = template_for(data, options.service, Path(options.to))
    tell(options, str(path), {"template": path})
    return 0
