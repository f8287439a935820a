"""Cards and answers as a person reads them in the terminal."""

import io
import textwrap
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table

from vfm.release.ask import Answer, Told
from vfm.release.cards import Card
from vfm.report.figures import Number
from vfm.vocabulary.results import ILLUSTRATIVE, Status

WIDTH = 110
LONGEST_WORD = 18  # characters: no shorter one is cut in two


def listed(known: Mapping[str, Card]) -> str:
    """Every card: its name, its question, and what may be changed in it."""
    lines = []
    for name, card in known.items():
        lines.append(f"{name}: {card.asked(card.parameters)}{' (scenario)' if card.recompute else ''}")
        if card.parameters:
            lines.append(f"    {' '.join(f'{key}={value}' for key, value in card.parameters.items())}")
    return "\n".join([*lines, "to ask one: vfm ask CARD NAME=VALUE"]) + "\n"


def as_text(answer: Answer) -> str:
    """An answer: what is said, how sure it is, what it rests on, and its receipt."""
    return "\n".join(_lines(answer)) + "\n"


def _lines(answer: Answer) -> Iterator[str]:
    if answer.status is Status.ILLUSTRATIVE:
        yield f"{ILLUSTRATIVE.upper()}."
    yield answer.question
    yield f"Status: {answer.status}"
    for number in answer.numbers:
        yield from _wrapped(_number(number), "  ")
    methods = dict.fromkeys(one.method for one in answer.numbers if one.method.startswith("Scenario"))
    for method in methods:
        yield from _wrapped(method, "  ")
    for table in answer.tables:
        yield ""
        yield from _table(table)
    for title, sentences in (("What this does not say", answer.limits), ("It rests on", answer.caveats)):
        if sentences:
            yield ""
            yield f"{title}:"
        for sentence in sentences:
            yield from _wrapped(f"- {sentence}", "  ")
    yield ""
    yield from _receipt(answer)


def _number(number: Number) -> str:
    interval = f" ({number.range})" if number.range else ""
    rests = f", n = {number.n:,.0f}" if number.n is not None else ""
    about = ", ".join(filter(None, (number.period, number.status)))
    unit = f" {number.unit}" if number.value is not None and _says_no_unit(number) else ""
    return f"{number.title}: {number.text}{unit}{interval}; {about}{rests}"


def _says_no_unit(number: Number) -> bool:
    return "£" not in number.text and "%" not in number.text and number.unit.split()[0] not in number.text


def _table(table: Told) -> Iterator[str]:
    yield from _wrapped(f"{table.title}: {table.period}, {table.status}", "")
    if table.reason:
        yield f"  none: {table.reason}"
        return
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="", show_edge=False)
    for place, heading in enumerate(table.headings):
        longest = max(len(word) for cell in (heading, *(row[place] for row in table.rows)) for word in cell.split())
        grid.add_column(heading, overflow="fold", min_width=min(longest, LONGEST_WORD))
    for row in table.rows:
        grid.add_row(*row)
    console = Console(file=io.StringIO(), width=WIDTH, no_color=True, markup=False, highlight=False, emoji=False)
    console.print(grid)
    written = console.file
    assert isinstance(written, io.StringIO)
    yield from (f"  {line.rstrip()}" for line in written.getvalue().splitlines())
    if table.notes:
        yield from _wrapped(table.notes, "  ")


def _receipt(answer: Answer) -> Iterator[str]:
    receipt = answer.receipt
    yield f"Receipt: {receipt['release']}, facts up to {receipt['as_of']}"
    given = ", ".join(f"{name}={value}" for name, value in receipt["parameters"].items())
    yield f"  parameters  {given or 'none'}"
    yield f"  release     {receipt['release_hash']}"
    yield f"  its code    {receipt['release_code']}"
    yield f"  this code   {receipt['code']}"
    yield f"  answer      {receipt['answer_hash']}"
    yield f"  again       {receipt['command']}"


def _wrapped(text: str, indent: str) -> Iterator[str]:
    width = WIDTH + len(indent)
    yield from textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_long_words=False
    )
