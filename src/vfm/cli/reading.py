"""What reads a release and answers: verify, compare, trace, ask, the dashboards, the bench, the doctor."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from vfm.cli.door import JSON, RELEASE, Argument, command, pairs, say, tell
from vfm.vocabulary.errors import DataError

if TYPE_CHECKING:
    from vfm.data.project import Project


@command(
    "run a release again from raw and say what is the same, and what differs by how much",
    *(RELEASE, JSON),
    example="vfm verify 2019-20-Q4",
)
def verify(project: "Project", options: argparse.Namespace) -> int:
    """Run a release again in a folder of its own and compare every piece of it."""
    from vfm.release.verify import verify

    verified = verify(project, options.release, lambda line: print(line, file=sys.stderr, flush=True))
    say(verified.as_json() if options.json else verified.as_text(), sys.stdout, end="")
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
    say(compared.as_json() if options.json else compared.as_text(), sys.stdout, end="")
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
    from vfm.release.trace import trace
    from vfm.release.trace_words import as_text

    found = trace(project, options.figure, options.release)
    say(json.dumps(found, indent=1, ensure_ascii=False) if options.json else as_text(found), sys.stdout, end="")
    return 0


@command(
    "answer a question card from a release, with its receipt; without a card, list them",
    Argument("card", metavar="CARD", nargs="?", help="as vfm ask lists them"),
    Argument("given", metavar="NAME=VALUE", nargs="*", help="a parameter of the card, such as borough=Croydon"),
    Argument("--release", metavar="RELEASE", default="", help="a quarter, 2019-20-Q4@v1, or a path (the latest)"),
    JSON,
    example="vfm ask services-in borough=Croydon",
)
def ask(project: "Project", options: argparse.Namespace) -> int:
    """Answer a question card, or list the cards."""
    from vfm.release import ask, ask_words
    from vfm.release.cards import cards

    if options.card is None:
        known = cards(project.place)
        listed = json.dumps([card.as_record() for card in known.values()], indent=1, ensure_ascii=False) + "\n"
        say(listed if options.json else ask_words.listed(known), sys.stdout, end="")
        return 0
    answer = ask.ask(project, options.card, pairs(options.given), options.release)
    say(answer.as_json() if options.json else ask_words.as_text(answer), sys.stdout, end="")
    return 0


@command(
    "the dashboards, from the latest release or from the one named",
    Argument("--release", metavar="RELEASE", help="as 2019-20-Q4@v1 or 2019-20-Q4@draft (the latest published)"),
    JSON,
    example="vfm site",
)
def site(project: "Project", options: argparse.Namespace) -> int:
    """Make the dashboards."""
    from vfm.release.find import find
    from vfm.site.build import build

    folder, made = build(project, find(project, options.release) if options.release else None)
    page = (folder / "index.html").relative_to(project.root)
    tell(options, f"{'made' if made else 'up to date'}: {page}", {"site": page, "made": made})
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
    JSON,
    example="vfm doctor --mend",
)
def doctor(project: "Project", options: argparse.Namespace) -> int:
    """Say what is wrong; with --mend, mend what can be mended safely and say what is left."""
    from vfm.release import doctor
    from vfm.release.data_folder import projects

    looked_at = projects(project, options.data)
    found = doctor.examine(looked_at)
    mended: list[str] = []
    if options.mend:
        for line in doctor.mend(found):
            mended.append(line)
            if not options.json:
                say(line, sys.stdout)
        found = doctor.examine(looked_at)
    facts = {"mended": mended, "found": [vars(one) for one in found]}
    tell(options, doctor.as_text(found), facts)
    return DataError.exit_status if doctor.problems(found) else 0
