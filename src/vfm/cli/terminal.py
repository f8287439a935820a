"""What a run looks like in a terminal while it lasts, and what is said when it is over."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vfm.data.project import Project
    from vfm.release.progress import State, Watch
    from vfm.vocabulary.periods import Quarter

Line = Callable[[str], None]
NAMED = 3  # of more notebooks that run at once than this, their number is enough


@contextmanager
def shown_as_it_runs(*, quiet: bool) -> Iterator[tuple[Line, "Watch"]]:
    """What a run says, line by line; in a terminal also what is running and what is left, beneath the lines.

    Parameters
    ----------
    quiet : whether the lines go beside what is asked for, which is for a machine
    """
    if quiet or not sys.stdout.isatty():
        to = sys.stderr if quiet else sys.stdout
        yield lambda line: print(line, file=to, flush=True), lambda state: None
        return
    from rich.console import Console  # only where there is somebody to look at it
    from rich.status import Status

    console = Console(highlight=False, soft_wrap=True)
    with Status("", console=console, spinner="dots") as status:
        yield (
            lambda line: console.print(line, markup=False, highlight=False),
            lambda state: status.update(in_words(state)),
        )


def in_words(state: "State") -> str:
    """How far a run has come, on one line."""
    done = len(state.done) + len(state.as_before)
    names = ", ".join(state.running[:NAMED]) + (
        f" and {len(state.running) - NAMED} more" if len(state.running) > NAMED else ""
    )
    running = f", running {names}" if names else ""
    return f"{done} of {done + state.to_come + len(state.failed)} notebooks done{running}, {len(state.left)} left"


def closing(project: "Project", quarter: "Quarter", data: str | None) -> tuple[str, dict[str, Any]]:
    """What a run has made and what to do next, as a person and as a machine are told it."""
    folder = project.draft(quarter)
    files = {"draft": "index.html", "pdf": f"{quarter}.pdf", "workbook": f"{quarter}.xlsx"}
    made = {
        name: (folder / file).relative_to(project.root).as_posix()
        for name, file in files.items()
        if (folder / file).is_file()
    }
    follows = f"vfm submit {quarter} --role ROLE{f' --data {data}' if data else ''}"
    lines = [f"{name}: {path}" for name, path in made.items()]
    return "\n".join([*lines, f"to put it forward: {follows}"]), made | {"next": follows}
