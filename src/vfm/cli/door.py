"""How a command stands at the front door: what it takes, how it is called, and how it speaks."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
JSON = Argument("--json", action="store_true", help="what is said, as JSON for a machine")


def command(what: str, *arguments: Argument, example: str) -> Callable[[Function], Function]:
    """Put a function at the front door, under its own name."""

    def at_the_door(function: Function) -> Function:
        COMMANDS[function.__name__] = Command(function, what, example, arguments)
        return function

    return at_the_door


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status: 0 done, 1 data, 2 usage, 3 a run that failed, 130 interrupted."""
    options = parser().parse_args(arguments)
    try:
        from vfm.data.project import Project

        return int(options.function(Project.find(options.data), options))
    except VfmError as error:
        say(f"vfm: {error}", sys.stderr)
        if isinstance(error, DataError):
            from vfm.vocabulary.listing import as_text

            say(as_text([problem for problem in error.problems if not problem.advice]), sys.stderr, end="")
        return error.exit_status
    except BrokenPipeError:  # what reads us has enough, such as head: nothing more to say, and no complaint
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        file, reason = _first(error)
        say(f"vfm: cannot use{file and f' {file}'}: {reason}. The last release is as it was.", sys.stderr)
        return RunError.exit_status
    except KeyboardInterrupt:
        print("vfm: interrupted. The last release is as it was.", file=sys.stderr)
        return 130


def pairs(typed: Sequence[str]) -> dict[str, str]:
    """The pairs that were typed as NAME=VALUE."""
    found = {}
    for pair in typed:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f'"{pair}" is not NAME=VALUE.')
        if name in found:
            raise UsageError(f"{name} is given twice: keep one of them.")
        found[name] = value
    return found


def _first(error: OSError) -> tuple[str, str]:
    """The file and the reason; of a folder that could not be copied, those of its first file that could not."""
    if not error.strerror and error.args and isinstance(error.args[0], list):  # a shutil.Error: (from, to, why), ...
        _, target, why = error.args[0][0]
        return str(target), str(why)
    return str(error.filename or ""), str(error.strerror or error)


def tell(options: argparse.Namespace, text: str, facts: Mapping[str, Any]) -> None:
    """Say what came of a command: in words, or with --json as facts for a machine."""
    held = json.dumps(facts, indent=1, ensure_ascii=False, default=str) if options.json else text.rstrip("\n")
    say(held, sys.stdout)


def note(line: str) -> None:
    """Say something beside what was asked for."""
    print(f"vfm: {line}", file=sys.stderr, flush=True)


def say(line: str, to: TextIO, end: str = "\n") -> None:
    """Print, whatever a file is called and whatever the terminal can show."""
    encoding = to.encoding or "utf-8"
    print(line.encode(encoding, errors="backslashreplace").decode(encoding), file=to, end=end)


def parser() -> argparse.ArgumentParser:
    """The parser of every command that stands at the door."""
    made = argparse.ArgumentParser(
        prog="vfm", description="Value for money of policing and crime commissioning, that can be checked."
    )
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, known in COMMANDS.items():
        one = commands.add_parser(name, help=known.what, description=known.what, epilog=f"example: {known.example}")
        one.set_defaults(function=known.function)
        one.add_argument("--data", metavar="DATA", help="published (as it is), or examples or elsewhere (invented)")
        for argument in known.arguments:
            one.add_argument(*argument.names, **argument.options)
    return made
