"""One bad file for each thing that can be said of what came in: how it is spoilt, and what is then said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from project_copies import ProjectCopy

Spoil = Callable[[ProjectCopy, pytest.MonkeyPatch], None]

AWARDS, BUDGET, RESULTS = "published/awards.csv", "published/budget.csv", "published/results.csv"
ALLOCATIONS, STATED = "published/borough_allocations.csv", "published/stated_values.csv"
DISTRICTS, PLACE = "reference/postcode_districts.csv", "reference/place.csv"
BOROUGHS, CRIME = "reference/boroughs.csv", "reference/recorded_crime_quarter.csv"
KINDS = "reference/crime_kinds.csv"
MONTHS, DEFLATOR = "reference/recorded_crime_month.csv", "reference/gdp_deflator.csv"
SERVICES, MATCHES, SUMS = "services.csv", "matches.csv", "sums.csv"
COMPETITIONS = "published/competitions.csv"
CATALOGUE = "datapackage.json"


@dataclass(frozen=True)
class Case:
    """`lines` begin as those that name the places under `rule`; `also` is what follows from the same fault."""

    name: str
    spoil: Spoil
    rule: str
    lines: tuple[str, ...]
    mend: str
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)


LGE = "London Gang Exit"
LGE_SPEND = [LGE, "London", "actual", 1250.5]
SO_FAR = "People supported, the year so far"
RETURNED = "returns/2019-20-Q4/a.xlsx"
HEADINGS = {
    "Spend": ["service", "area", "basis", "amount"],
    "Outputs": ["service", "area", "measure", "count"],
    "Outcomes": ["service", "area", "measure", "achieved", "assessed"],
}

# ---- ways to spoil


def returned(file: str, **sheets: list[list[Any]]) -> Spoil:
    """Put a monitoring return in place: rows under the headings of each sheet that a return has."""

    def spoil(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in [*([HEADINGS[name]] if name in HEADINGS else []), *rows]:
                sheet.append(row)
        path = copy.raw / "returns" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)

    return spoil


def correction(file: str, row: int, column: str, was: str, becomes: str, sheet: str = "") -> Spoil:
    line = f"{file},{sheet},{row},{column},{was},{becomes},a slip,performance analyst,2026-11-23\n"
    return change("corrections.csv", lambda text: text + line)


def receipts(line: str) -> Spoil:
    return change("receipts.csv", lambda text: f"{text}{line}\n")


def contact(**cells: str) -> Spoil:
    """Put a file of one contact in place, good but for `cells`."""
    good = {"record_id": "r1", "person_id": "person-1", "service": LGE, "area": "Croydon", "opened": "2020-01-07"}
    record = good | {"closed": "2020-03-01", "outcome_before": "10", "outcome_after": "12"} | cells

    def spoil(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
        (copy.raw / "records").mkdir()
        (copy.raw / "records" / "a.csv").write_text(f"{','.join(record)}\n{','.join(record.values())}\n")

    return spoil


def both(*spoils: Spoil) -> Spoil:
    def spoil(copy: ProjectCopy, patch: pytest.MonkeyPatch) -> None:
        for one in spoils:
            one(copy, patch)

    return spoil


def cell(file: str, row: int, column: str, text: str) -> Spoil:
    return lambda copy, _: copy.set_cell(file, row, column, text)


def change(file: str, how: Callable[[str], str]) -> Spoil:
    return lambda copy, _: copy.change(file, how)


def line(file: str, row: int, how: Callable[[str], str]) -> Spoil:
    """Change one line of a file in which no cell has line ends."""

    def changed(text: str) -> str:
        lines = text.split("\n")
        lines[row - 1] = how(lines[row - 1])
        return "\n".join(lines)

    return change(file, changed)


def content(file: str, how: Callable[[bytes], bytes]) -> Spoil:
    return lambda copy, _: copy.write(file, how((copy.raw / file).read_bytes()))


def without_its_hash(file: str, how: Callable[[Path], object]) -> Spoil:
    return lambda copy, _: how(copy.raw / file) and None


def entry(name: str, **parts: Any) -> Spoil:
    """Change parts of an entry of the catalogue; None takes a part away."""

    def spoil(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
        with copy.catalogue() as package:
            (found,) = (resource for resource in package["resources"] if resource["name"] == name)
            for part, value in parts.items():
                found.pop(part) if value is None else found.__setitem__(part, value)

    return spoil


def catalogue(text: str) -> Spoil:
    return lambda copy, _: (copy.raw / CATALOGUE).write_text(text, encoding="utf-8") and None


def catalogue_as_of(value: Any) -> Spoil:
    def spoil(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
        with copy.catalogue() as package:
            package["as_of"] = value

    return spoil


def more_entries(*names_and_paths: tuple[str, str]) -> Spoil:
    """Describe files anew, each as the log is described, under another name and path."""

    def spoil(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
        with copy.catalogue() as package:
            log = next(resource for resource in package["resources"] if resource["name"] == "log")
            package["resources"] += [log | {"name": name, "path": path} for name, path in names_and_paths]

    return spoil


def no_entry(name: str) -> Spoil:
    def spoil(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
        with copy.catalogue() as package:
            (gone,) = (resource for resource in package["resources"] if resource["name"] == name)
            package["resources"].remove(gone)
            (copy.raw / gone["path"]).unlink()

    return spoil


def failing(method: str, file: str, error: OSError) -> Spoil:
    """The system will not read `file`: whoever is root may read all, so that the call itself fails."""

    def spoil(copy: ProjectCopy, monkeypatch: pytest.MonkeyPatch) -> None:
        original, unreadable = getattr(Path, method), copy.raw / file

        def read(path: Path, *args: Any, **more: Any) -> Any:
            if path == unreadable:
                raise error
            return original(path, *args, **more)

        monkeypatch.setattr(Path, method, read)

    return spoil


def out_of_the_folder(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
    (copy.raw / "log.csv").rename(copy.raw.parent / "log.csv")
    entry("log", path="../log.csv")(copy, _)


def linked_return(copy: ProjectCopy, _: pytest.MonkeyPatch) -> None:
    folder = copy.raw / "returns" / "2019-20-Q4"
    folder.mkdir(parents=True)
    (copy.raw.parent / "spend.csv").write_text("service,area\n")
    (folder / "spend.csv").symlink_to(copy.raw.parent / "spend.csv")


NO_ONE = PermissionError(EACCES, "Permission denied")
SAVE_AS, OPEN_QUOTE = "Save the file as CSV UTF-8.", "Look for a quotation mark that is not closed"
DENIED = "Permission denied"

CASES = [
    # ---- the catalogue itself
    Case("no catalogue any more", failing("read_text", CATALOGUE, FileNotFoundError(2, "gone")),
         "the catalogue of raw files is missing", (CATALOGUE,), "from the repository."),
    Case("a catalogue that may not be read", failing("read_text", CATALOGUE, NO_ONE),
         f"the catalogue cannot be read: {DENIED}", (CATALOGUE,), "Make it readable."),
    Case("a catalogue cut short", catalogue('{"resources": ['),
         "not JSON: Expecting value: line 1 column 16 (char 15)", (CATALOGUE,), "Correct it, or restore it"),
    Case("a catalogue of nothing", catalogue(json.dumps({"as_of": "2020-03-31"})),
         "the catalogue lists no files", (CATALOGUE,), "Restore it from the repository."),
    Case("a catalogue of no day", catalogue_as_of("March 2020"),
         "as_of is not a day", (f'{CATALOGUE}: "March 2020"',), "Give the day up to which the facts are known"),
    Case("an entry without its licence and hash", entry("budget", licenses=None, hash=None),
         "an entry is incomplete", (CATALOGUE,), "Entry 2 (budget) has no usable hash, licenses."),
    Case("two entries of one name", more_entries(("log", "log-2.csv")),
         "two entries have the same name", (f'{CATALOGUE}: "log"',), "Keep one of the entries."),
    Case("two entries of one path", more_entries(("log-2", "log.csv")),
         "two entries have the same path", (f'{CATALOGUE}: "log.csv"',), "Keep one of the entries."),
    # ---- the files that it describes
    Case("a missing raw file", without_its_hash(STATED, lambda path: path.unlink()),
         "the raw file is missing", (STATED,), "Restore it, or take it out of the catalogue."),
    Case("a changed hash", without_its_hash(STATED, lambda path: path.write_bytes(path.read_bytes() + b"\n")),
         "the file is not the one that the catalogue describes: its hash differs", (STATED,),
         "Raw files are never edited: restore it."),
    Case("a path out of the folder", out_of_the_folder,
         "the path leads out of the folder of raw files", ("../log.csv",), "Put the file under data/raw"),
    Case("a return that is a link out of the folder", linked_return,
         "a link that leads out of the folder of raw files, or nowhere", ("returns/2019-20-Q4/spend.csv",),
         "a link is not followed."),
    Case("a file that nobody described", without_its_hash("spend.csv", lambda path: path.write_text("a\n")),
         "the file is not described in the catalogue", ("spend.csv",), "Describe it in datapackage.json"),
    Case("a described file of no table", more_entries(("budgets", "log-2.csv")),
         "a file of no table that is known", (f'{CATALOGUE}: "budgets"',), 'Did you mean "budget"?',
         {"the raw file is missing": ("log-2.csv",)}),
    Case("a table without a file", no_entry("stated_values"),
         "no file for a table", (f'{CATALOGUE}: "stated_values"',), "Describe stated_values.csv in it."),
    Case("a raw file that may not be read", failing("read_bytes", STATED, NO_ONE),
         f"the raw file cannot be read: {DENIED}", (STATED,), "Make it readable, or restore it."),
    # ---- records and headings
    Case("a file of another encoding", content(STATED, lambda b: b.replace(b"award line", b"award \xa3", 1)),
         "bytes that are not UTF-8 text", (f"{STATED}, row 2.",), SAVE_AS),
    Case("a null byte", line(STATED, 4, lambda text: f"{text}\0"),
         "a null byte in the text", (f"{STATED}, row 4.",), SAVE_AS),
    Case("a file with semicolons", content(STATED, lambda b: b.replace(b",", b";")),
         "cells parted by semicolons, not by commas", (f"{STATED}, row 1.",), "CSV UTF-8 (comma delimited)"),
    Case("a file with tabs", content(STATED, lambda b: b.replace(b'"', b"").replace(b", ", b" ").replace(b",", b"\t")),
         "cells parted by tabs, not by commas", (f"{STATED}, row 1.",), "CSV UTF-8 (comma delimited)"),
    Case("an open quotation mark", line(STATED, 5, lambda text: text.replace("PCD", '"PCD', 1)),
         "quotation marks that do not pair", (f"{STATED}, row 5.",), OPEN_QUOTE),
    Case("a cell that never ends", line(STATED, 3, lambda text: text + "x" * 131_072),
         "a cell longer than 131,072 characters", (f"{STATED}, row 3.",), OPEN_QUOTE),
    Case("an empty file", content(STATED, lambda _: b""),
         "no heading in the first row", (f"{STATED}, row 1.",), "decision_ref, what, value, stated_where."),
    Case("a heading alone", change(STATED, lambda text: text.split("\n")[0]),
         "no rows under the heading", (f"{STATED}, row 1.",), "Restore the rows"),
    Case("a heading that swallowed the table", content(STATED, lambda b: b.replace(b"\n", b",") * 20),
         "a heading of more than 1000 columns", (f"{STATED}, row 1.",), "Look for line ends that were lost."),
    Case("a missing column", change(STATED, lambda text: "\n".join(r.rpartition(",")[0] for r in text.split("\n"))),
         "a column is missing", (f"{STATED}, row 1, column stated_where.",), "Add the column stated_where."),
    Case("a renamed column", line(ALLOCATIONS, 1, lambda text: text.replace("amount_gbp", "amount")),
         "a column is missing", (f"{ALLOCATIONS}, row 1, column amount_gbp.",),
         'Did you mean "amount"? Rename that column to amount_gbp.'),
    Case("a column more", change(STATED, lambda text: text.replace("\n", ",x\n").replace("where,x", "where,page")),
         "a column that is not known", (f"{STATED}, row 1, column page.",), "Take it away."),
    Case("a column twice", change(STATED, lambda text: text.replace("\n", ",x\n").replace("where,x", "where,what")),
         "a column stands twice", (f"{STATED}, row 1, column what.",), "Keep one of them."),
    Case("a comma outside quotation marks", line(STATED, 6, lambda text: text.replace("264700", "264,700")),
         "the number of cells differs from the heading's", (f"{STATED}, row 6.",), "inside quotation marks."),
    # ---- cells
    Case("text in a number", cell(BUDGET, 2, "value_gbp", "£1.1m"),
         "text where a number belongs", (f'{BUDGET}, row 2, column value_gbp: "£1.1m"',), "Write digits only"),
    Case("a number of a bomb's size", cell(BUDGET, 2, "value_gbp", "1" + "0" * 300),
         "text where a number belongs", (f'{BUDGET}, row 2, column value_gbp: "1000',), "no more than 15 before the point"),
    Case("half a crime", cell(CRIME, 12, "count", "0.5"),
         "not a whole number", (f'{CRIME}, row 12, column count: "0.5"',), "Write digits only: 1250."),
    Case("a day the other way round", cell(AWARDS, 2, "date_signed", "28/11/2014"),
         "not a day", (f'{AWARDS}, row 2, column date_signed: "28/11/2014"',), "Write it as 2019-04-01"),
    Case("a flag in other words", cell(AWARDS, 2, "is_extension", "no"),
         "neither true nor false", (f'{AWARDS}, row 2, column is_extension: "no"',), "Write true or false."),
    Case("a blank cell", cell(AWARDS, 2, "title", ""),
         "a blank cell", (f"{AWARDS}, row 2, column title. ",), "the column may not be blank."),
    Case("a blank borough", cell(CRIME, 2, "borough", " "),
         "a blank cell", (f"{CRIME}, row 2, column borough. ",), "Fill it in"),
    Case("a negative amount", cell(AWARDS, 2, "amount_gbp", "-6144288"),
         "a negative amount", (f'{AWARDS}, row 2, column amount_gbp: "-6144288"',), "record a reversal"),
    Case("a word that is not known", cell(AWARDS, 2, "theme", "victim"),
         "not one of the known values", (f'{AWARDS}, row 2, column theme: "victim"',), 'Did you mean "victims"?'),
    Case("an award with an end before its start",
         lambda copy, _: [copy.set_cell(AWARDS, 2, f"{end}_date", day) for end, day in
                          (("start", "2019-04-01"), ("end", "2018-03-31"))] and None,
         "the end is before the start", (f'{AWARDS}, row 2, column end_date: "2018-03-31"',), "from the decision."),
    Case("a duplicated key", cell(AWARDS, 192, "award_id", "A001"),
         "the key stands twice (award_id)",
         (f'{AWARDS}, row 2, column award_id: "A001"', f'{AWARDS}, row 192, column award_id: "A001"'),
         "Keep one of the rows"),
    Case("a duplicated key of three columns", line(STATED, 6, lambda _: 'PCD 1596,"PCD 1596, grant",1,one place'),
         "the key stands twice (decision_ref, what, stated_where)",
         (f"{STATED}, row 5, column decision_ref", f"{STATED}, row 6, column decision_ref"), "Keep one of the rows"),
    Case("more bids funded than there were", cell(COMPETITIONS, 6, "funded", "84"),
         "more funded than bids", (f'{COMPETITIONS}, row 6, column funded: "84"',), "correct one of the two"),
    Case("a sum of an award that is not there", cell(SUMS, 8, "row_key", "A999"),
         "a sum of a row that is not there", (f'{SUMS}, row 8, column row_key: "A999"',), "Name the key of a row of awards."),
    Case("a sum without its total", cell(SUMS, 8, "member", "part"),
         "a sum without its total or its parts", (f"{SUMS}, row 8, column member: ",), "one row that is its whole"),
    Case("a sum of an award without an amount", cell(SUMS, 12, "row_key", "A163"),
         "a sum of a row without an amount", (f"{SUMS}, row 11, column row_key: ",), "name rows that state an amount"),
    Case("an area by another country's code", cell(ALLOCATIONS, 6, "gss_code", "W06000015"),
         "the code and the name are of two areas", (f'{ALLOCATIONS}, row 6, column gss_code: "W06000015"',), "The code of "),
    Case("an area code that is cut short", cell(ALLOCATIONS, 6, "gss_code", "E0900000"),
         "not an area code", (f'{ALLOCATIONS}, row 6, column gss_code: "E0900000"',), "Use the ONS code",
         {"the code and the name are of two areas": (f"{ALLOCATIONS}, row 6, column gss_code",)}),
    Case("a whole postcode for its district", cell(DISTRICTS, 2, "district", "BR1 1AA"),
         "not a postcode district", (f'{DISTRICTS}, row 2, column district: "BR1 1AA"',), "the first half of a postcode"),
    Case("London among its boroughs",
         change(BOROUGHS, lambda text: f"{text}E12000007,London,LON,,,Inner,MPS,E12000007\n"),
         "a borough in place of the whole", (f'{PLACE}, row 2, column gss_code: "E12000007"',), "the code of the whole"),
    Case("what is in no borough among the boroughs",
         change(BOROUGHS, lambda text: f"{text}none,Elsewhere,ELS,,,Inner,MPS,E12000007\n"),
         "not a borough's code", (f'{BOROUGHS}, row 35, column gss_code: "none"',), "Use the ONS code",
         {"an unknown borough": (f'{BOROUGHS}, row 35, column borough: "Elsewhere"',)}),
    Case("two places in one project", change(PLACE, lambda text: text + text.splitlines()[1].replace("E12", "E13") + "\n"),
         "not one place", (PLACE,), "a project is about one place"),
    Case("a place whose page is of no borough", cell(PLACE, 2, "default_borough", "E09000099"),
         "not in the list of boroughs", (f'{PLACE}, row 2, column default_borough: "E09000099"',), "Use one of "),
    Case("a place that no force polices", cell(PLACE, 2, "police", "Metropolitan Polise"),
         "not in the list of boroughs", (f'{PLACE}, row 2, column police: "Metropolitan Polise"',), "Did you mean"),
    Case("a key with a space", cell(SERVICES, 3, "service_id", "adult womens diversion"),
         "not a plain key", (f'{SERVICES}, row 3, column service_id: "adult womens diversion"',), "a-z, 0-9"),
    Case("a year that is not one", cell(DEFLATOR, 2, "financial_year", "2008-10"),
         "not a financial year", (f'{DEFLATOR}, row 2, column financial_year: "2008-10"',), "Write it as 2019-20."),
    Case("an unknown quarter", cell(CRIME, 2, "quarter", "2010-11-Q5"),
         "not a quarter", (f'{CRIME}, row 2, column quarter: "2010-11-Q5"',), "Write it as 2019-20-Q4."),
    Case("a quarter of no year", cell(CRIME, 2, "quarter", "2010-12-Q1"),
         "not a quarter", (f'{CRIME}, row 2, column quarter: "2010-12-Q1"',), "Write it as 2019-20-Q4."),
    Case("a month past December", cell(MONTHS, 2, "month", "2010-13"),
         "not a month", (f'{MONTHS}, row 2, column month: "2010-13"',), "Write it as 2019-04."),
    Case("a scope that is none", cell(SERVICES, 2, "scope", "london"),
         "not a scope", (f'{SERVICES}, row 2, column scope: "london"',), "Write borough, not-stated or whole-place"),
    Case("a date in words", cell(RESULTS, 2, "period_start", "spring 2018"),
         "not a date", (f'{RESULTS}, row 2, column period_start: "spring 2018"',), "Write 2019, 2019-04 or"),
    Case("a source without an address", cell(AWARDS, 2, "source_url", "the website"),
         "not a web address", (f'{AWARDS}, row 2, column source_url: "the website"',), "Give the address"),
    # ---- between tables
    Case("an unknown borough", cell(CRIME, 2, "borough", "Barking & Dagenham"),
         "an unknown borough", (f'{CRIME}, row 2, column borough: "Barking & Dagenham"',),
         'Did you mean "Barking and Dagenham"?'),
    Case("an unknown kind of crime", cell(MONTHS, 2, "category", "arson"),
         "an unknown kind of crime", (f'{MONTHS}, row 2, column category: "arson"',), f"Use a category of {KINDS}"),
    Case("a kind of crime in other letters", change(KINDS, lambda text: text + "Fouling,,other,\n"),
         "not a plain key", (f'{KINDS}, row 14, column category: "Fouling"',), "Use a-z, 0-9 and _ between words."),
    Case("no kind that boroughs are compared by", change(KINDS, lambda text: re.sub(r",[123]$", ",", text, flags=re.MULTILINE)),
         "no kind of crime that boroughs are compared by", (f"{KINDS}, column compared. ",), "Give 1 to the kind"),
    Case("no kind that counts as violence", change(KINDS, lambda text: text.replace(",violence,", ",other,")),
         "no kind of crime that counts as violence", (f"{KINDS}, column counted_as. ",), "Write violence beside"),
    Case("a round that there was not", cell(PLACE, 2, "default_round", "Shared Endeavour Fund cal 4"),
         "not in the table it is of", (f'{PLACE}, row 2, column default_round: "Shared Endeavour Fund cal 4"',),
         'Did you mean "Shared Endeavour Fund call 4"?'),
    Case("the scope of another place", cell(SERVICES, 2, "scope", "pan-lundon"),
         "the scope of another place", (f'{SERVICES}, row 2, column scope: "pan-lundon"',),
         "Write whole-place, or pan-london."),
    Case("the code of another borough", cell(ALLOCATIONS, 6, "gss_code", "E09000008"),
         "the code and the name are of two areas", (f'{ALLOCATIONS}, row 6, column gss_code: "E09000008"',),
         "The code of Lambeth is E09000022."),
    Case("an unknown service", cell(AWARDS, 2, "service", "Victim referral and assessment"),
         "an unknown service", (f'{AWARDS}, row 2, column service: "Victim referral and assessment"',),
         'Did you mean "Victims referral and assessment"?'),
    Case("a name of two services", cell(SERVICES, 3, "aliases", "Anita Project"),
         "a name that two services go by", (f'{SERVICES}, row 5, column aliases: "Anita Project"',), "under one"),
    Case("an unknown result", cell(MATCHES, 18, "base_result_id", "R999"),
         "an unknown result", (f'{MATCHES}, row 18, column base_result_id: "R999"',), f"a result_id of {RESULTS}."),
    Case("an award that there is not", cell(MATCHES, 3, "award_ids", "A055|A999"),
         "not a component award", (f'{MATCHES}, row 3, column award_ids: "A999"',), "Only component awards"),
    Case("a result that nobody judged", cell(MATCHES, 18, "result_id", "R02"),
         "a result that no match speaks of", (f'{RESULTS}, row 2, column result_id: "R01"',), "Add a row for it"),
    Case("a headline on a plan", cell(RESULTS, 14, "precision", "plan"),
         "a headline on weak evidence", (f'{MATCHES}, row 2, column headline: "R13"',), "set headline to false."),
    Case("a match without its money", cell(MATCHES, 3, "award_ids", ""),
         "a match without what its basis needs", (f'{MATCHES}, row 3, column basis: "awards"',), "Fill in award_ids"),
    # ---- assumptions
    Case("an assumption outside its range",
         change("assumptions.csv", lambda text: text.replace("sunset\n", "sunset\nworth,a worth,0.5,0.6,0.9,£,a guess,analyst,2026-11-23,2027-11-23\n")),
         "a value outside its range", ('assumptions.csv, row 2, column value: "0.5"',), "with the value between them."),
    # ---- corrections
    Case("a correction whose source was mended", correction(AWARDS, 2, "amount_gbp", "1", "6144289"),
         "a correction whose source has changed", (f'{AWARDS}, row 2, column amount_gbp: "6144288"',), "take the correction away"),
    Case("a correction of a row that there is not", correction(AWARDS, 9999, "amount_gbp", "1", "2"),
         "a correction of a cell that there is not", (f"{AWARDS}, row 9999, column amount_gbp.",), "Correct its row and column"),
    Case("a correction of a column that there is not", correction(AWARDS, 2, "amount", "1", "2"),
         "a correction of a cell that there is not", (f"{AWARDS}, row 2, column amount.",), 'Did you mean "amount_gbp"?'),
    Case("a correction of no file", correction("published/award.csv", 2, "amount_gbp", "1", "2"),
         "a correction of no file that is known", ('corrections.csv, row 2, column file: "published/award.csv"',),
         f'Did you mean "{AWARDS}"?'),
    Case("a correction that brings in words", correction(AWARDS, 2, "amount_gbp", "6144288", "six million"),
         "text where a number belongs", (f'{AWARDS}, row 2, column amount_gbp: "six million"',), "Write digits only"),
    Case("a correction of a return that the provider mended",
         both(returned("2019-20-Q4/a.xlsx", Spend=[LGE_SPEND]), correction(RETURNED, 2, "amount", "9", "1250.5", "Spend")),
         "a correction whose source has changed", (f'{RETURNED}, sheet Spend, row 2, column amount: "1250.5"',),
         "take the correction away"),
    Case("a correction of no sheet",
         both(returned("2019-20-Q4/a.xlsx", Spend=[LGE_SPEND]), correction(RETURNED, 2, "amount", "9", "1", "Spent")),
         "a correction of a sheet that is not there", ('corrections.csv, row 2, column sheet: "Spent"',), '"Spend"?'),
    # ---- when returns came in
    Case("a receipt for no return", receipts("returns/2019-20-Q4/a.xlsx,2020-04-20,2020-04-30,"),
         "a receipt for no return", ('receipts.csv, row 2, column file: "returns/2019-20-Q4/a.xlsx"',), "or take the row away"),
    Case("a return replaced that is not there",
         both(returned("2019-20-Q4/a.xlsx", Spend=[LGE_SPEND]),
              receipts(f"{RETURNED},2020-04-20,2020-04-30,returns/2019-20-Q4/b.xlsx")),
         "a return that is replaced and is not there", ('receipts.csv, row 2, column replaces: "returns/2019-20-Q4/b.xlsx"',),
         "Name a file of receipts.csv"),
    Case("a return that replaces itself",
         both(returned("2019-20-Q4/a.xlsx", Spend=[LGE_SPEND]), receipts(f"{RETURNED},2020-04-20,2020-04-30,{RETURNED}")),
         "returns that replace each other", (f'receipts.csv, row 2, column replaces: "{RETURNED}"',), "Leave it blank"),
    # ---- contact records
    Case("a name for a pseudonym", contact(person_id="jo bloggs"),
         "not a pseudonym", ("records/a.csv, row 2, column person_id. ",), "Use 8 to 64 of a-z"),
    Case("a contact closed before it opened", contact(closed="2019-12-31"),
         "closed before it opened", ('records/a.csv, row 2, column closed: "2019-12-31"',), "Correct opened or closed."),
    Case("a score after of an open case", contact(closed=""),
         "an outcome after of a case that is not closed", ('records/a.csv, row 2, column outcome_after: "12"',), "Give the day"),
    Case("a score beyond any scale", contact(outcome_before="1000000"),
         "a score beyond any scale", ('records/a.csv, row 2, column outcome_before: "1000000"',), "the service's own score"),
    # ---- monitoring returns
    Case("a return in a folder that is no quarter", returned("2019-20/a.xlsx", Spend=[LGE_SPEND]),
         "a return in a folder that is no quarter", ("returns/2019-20/a.xlsx.",), "such as returns/2019-20-Q4."),
    Case("a return in a folder of a quarter to come", returned("2031-32-Q1/a.xlsx", Spend=[LGE_SPEND]),
         "a return of a quarter that has not begun", ('returns/2031-32-Q1/a.xlsx: "2031-32-Q1"',), "or set as_of in datapackage.json"),
    Case("a sheet of another name", returned("2019-20-Q4/a.xlsx", Spent=[["pounds"], [1]]),
         "a sheet that is no part of a return", (f"{RETURNED}, sheet Spent.",), 'Did you mean "Spend"?'),
    Case("a borough misspelt in a return",
         returned("2019-20-Q4/a.xlsx", Outputs=[[LGE, "Croyden", "People engaged", 3]]),
         "an unknown area", (f'{RETURNED}, sheet Outputs, row 2, column area: "Croyden"',),
         'Did you mean "Croydon"?'),
    Case("a service that is not in the register",
         returned("2019-20-Q4/a.xlsx", Spend=[["London Gang Exits", *LGE_SPEND[1:]]]),
         "an unknown service", (f'{RETURNED}, sheet Spend, row 2, column service: "London Gang Exits"',),
         f'Did you mean "{LGE}"?'),
    Case("an outcome among the outputs", returned("2019-20-Q4/a.xlsx", Outputs=[[LGE, "London", "Lower risk", 3]]),
         "an unknown measure", (f'{RETURNED}, sheet Outputs, row 2, column measure: "Lower risk"',),
         "Choose it from the list"),
    Case("more achieved than assessed", returned("2019-20-Q4/a.xlsx", Outcomes=[[LGE, "London", "Lower risk", 8, 5]]),
         "more achieved than assessed", (f'{RETURNED}, sheet Outcomes, row 2, column achieved: "8"',),
         "correct one of the two"),
    Case("words where money belongs", returned("2019-20-Q4/a.xlsx", Spend=[[*LGE_SPEND[:3], "about 5k"]]),
         "text where a number belongs", (f'{RETURNED}, sheet Spend, row 2, column amount: "about 5k"',),
         "Write digits only"),
    Case("a count so far that falls",
         both(returned("2019-20-Q3/a.xlsx", Outputs=[[LGE, "London", SO_FAR, 12]]),
              returned("2019-20-Q4/a.xlsx", Outputs=[[LGE, "London", SO_FAR, 9]])),
         "a count of the year so far that falls", (f'{RETURNED}, sheet Outputs, row 2, column count: "9"',),
         "It was 12 in 2019-20-Q3 (returns/2019-20-Q3/a.xlsx)"),
    Case("the same in two returns",
         both(returned("2019-20-Q4/a.xlsx", Spend=[LGE_SPEND]), returned("2019-20-Q4/b.xlsx", Spend=[LGE_SPEND])),
         "two returns report the same", ('returns/2019-20-Q4/b.xlsx, sheet Spend, row 2, column basis: "actual"',),
         f"{RETURNED} has it in row 2"),
    Case("the same on two sheets of a return",
         returned("2019-20-Q4/a.xlsx", **{"Spend": [LGE_SPEND], "Spend (2)": [HEADINGS["Spend"], LGE_SPEND]}),
         "two sheets report the same", (f'{RETURNED}, sheet Spend (2), row 2, column basis: "actual"',),
         "The sheet Spend has it in row 2. Keep the row that holds."),
]  # fmt: skip
