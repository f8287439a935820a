"""Contracts published in the Open Contracting Data Standard 1.1, JSON: one row an award, or a tender without one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from vfm.data.schemas_open import types_of
from vfm.data.sources import Says, UnreadableError, cell_text, json_document, stated_day
from vfm.vocabulary.errors import Problem

COLUMNS = types_of("contracts")

DEEPEST = 12  # levels that are merged; the standard's own depth is about six
MOST_POUNDS = 10**15  # to where a number of 64 bits keeps pence apart
MOST_COUNTED = 1_000_000  # tenderers, bids or amendments of one tender

NOT_A_PACKAGE = Says(
    "neither a release package nor a record package",
    'Save a package of OCDS 1.1: an object with "releases" or "records".',
)
EMPTY = Says("a package with nothing in it", "Restore the publisher's file.")
NOT_A_RELEASE = Says("a release that is not an object", "Restore the publisher's file.")
NO_OCID = Says("a release without its ocid", "Restore it from the publisher: releases of one process share an ocid.")
LINKED = Says("a record that only links to its releases", "Fetch the releases, or a package that embeds them.")
NO_DATE = Says("a release without a date that can be read", "Restore it; this release was taken as the earliest.")
REPEATED = Says("a release whose id another release of its process has", "Keep one; the later in the file was used.")
NOT_DAY = Says("not a day as OCDS writes it", "Write it as 2019-04-01T00:00:00Z.")
NOT_AMOUNT = Says("not an amount of a contract", "Write digits only: 1250000 or 1250000.50.")
NOT_COUNT = Says("not a count", "Write a whole number from 0.")
NOT_SHAPED = Says("not the shape that OCDS gives the field", "Restore the publisher's file, or ask the publisher.")
ENDS_BEFORE = Says("a period that ends before it starts", "Correct one of the two days.")
CURRENCY = Says(
    "a contract that is not in pounds", "Never sum it with pounds; take it out, or convert it.", advice=True
)
COUNTS_DIFFER = Says(
    "more or fewer tenderers named than counted", "Ask the publisher which is meant; the count stands.", advice=True
)

Read = tuple[pd.DataFrame | None, list[Problem]]


@dataclass(frozen=True)
class _Release:
    row: int
    made: datetime | None
    content: dict[str, Any]


def read_contracts(path: Path, *, label: str) -> Read:
    """Read a release package or a record package.

    Parameters
    ----------
    path : a JSON file
    label : what messages call the file

    Returns
    -------
    One row an award, or a tender that has none, with the columns of `COLUMNS`, and the problems; the table is None
    when no process could be told. Releases of one ocid are merged by date: the latest value that is given wins. What
    is not given is missing, never 0: a process that names no tenderers did not have none. `amount` is the award's
    value, or the tender's where there is no award; `period_of` says whose period stands. `source_row` is the number
    of the process's first release or record in the file.
    """
    try:
        document = json_document(path)
    except UnreadableError as unreadable:
        return None, [unreadable.problem(label)]
    problems: list[Problem] = []
    rows = []
    for group in _processes(document, label, problems):
        process = _merge_releases(group)
        reader = _Reader(label, group[0].row, problems)
        rows += list(_rows(process, reader, group))
    if not rows:
        return None, problems or [EMPTY.at(label)]
    columns = {name: pd.Series([row.get(name) for row in rows], dtype=dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(columns), problems


# ---- releases to processes


def _processes(document: Any, label: str, problems: list[Problem]) -> list[list[_Release]]:
    """The releases of each ocid, in the order of the file."""
    package = document if isinstance(document, dict) else {}
    groups: dict[str, list[_Release]] = {}
    if isinstance(package.get("releases"), list):
        numbered = list(enumerate(package["releases"], 1))
    elif isinstance(package.get("records"), list):
        numbered = list(_of_records(package["records"], label, problems))
    else:
        problems.append(NOT_A_PACKAGE.at(label))
        return []
    for row, content in numbered:
        if not isinstance(content, dict):
            problems.append(NOT_A_RELEASE.at(label, row))
        elif not (ocid := cell_text(content.get("ocid"))):
            problems.append(NO_OCID.at(label, row, "ocid"))
        else:
            group = groups.setdefault(ocid, [])
            group.append(_release(row, content, group, label, problems))
    return list(groups.values())


def _of_records(records: list[Any], label: str, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    """A record's releases, or the publisher's own merging of them where it embeds none."""
    for row, record in enumerate(records, 1):
        if not isinstance(record, dict):
            yield row, record
            continue
        listed = record.get("releases")
        embedded = (
            [one for one in listed if isinstance(one, dict) and "ocid" in one] if isinstance(listed, list) else []
        )
        compiled = record.get("compiledRelease")
        if embedded:
            yield from ((row, one) for one in embedded)
        elif isinstance(compiled, dict):
            yield row, {"ocid": record.get("ocid")} | compiled
        else:
            problems.append(LINKED.at(label, row, "releases"))


def _release(
    row: int, content: dict[str, Any], others: Iterable[_Release], label: str, problems: list[Problem]
) -> _Release:
    made = _moment(content.get("date"))
    if made is None:
        problems.append(NO_DATE.at(label, row, "date", content.get("date")))
    identifier = cell_text(content.get("id"))
    if identifier and any(cell_text(other.content.get("id")) == identifier for other in others):
        problems.append(REPEATED.at(label, row, "id", identifier))
    return _Release(row, made, content)


def _moment(value: Any) -> datetime | None:
    try:
        stated_day(text := cell_text(value))
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _merge_releases(releases: list[_Release]) -> dict[str, Any]:
    earliest = datetime.min.replace(tzinfo=UTC)
    merged: dict[str, Any] = {}
    for release in sorted(releases, key=lambda release: release.made or earliest):
        merged = _merge(merged, release.content)
    return merged


def _merge(old: Any, new: Any, depth: int = 0) -> Any:
    """`new` over `old`: objects field by field, lists by the ids of their items; what is not given never overwrites."""
    if new is None:
        return old
    if depth < DEEPEST and isinstance(old, dict) and isinstance(new, dict):
        return old | {name: _merge(old.get(name), value, depth + 1) for name, value in new.items()}
    if depth < DEEPEST and isinstance(old, list) and isinstance(new, list) and old and all(map(_has_id, [*old, *new])):
        items = {cell_text(item["id"]): item for item in old}
        for item in new:
            key = cell_text(item["id"])
            items[key] = _merge(items.get(key), item, depth + 1)
        return list(items.values())
    return new


def _has_id(item: Any) -> bool:
    return isinstance(item, dict) and cell_text(item.get("id")) != ""


# ---- processes to rows


def _rows(process: dict[str, Any], reader: "_Reader", releases: list[_Release]) -> Iterator[dict[str, Any]]:
    tender = reader.under(process, "tender")
    made = max((release.made for release in releases if release.made), default=None)
    shared = {
        "ocid": cell_text(process["ocid"]),
        "release_date": made.date() if made else None,
        "releases": len(releases),
        "buyer": reader.text(reader.under(process, "buyer"), "name") or _named(reader, process, "buyer"),
        "title": reader.text(tender, "title") or reader.text(process, "title"),
        "procurement_method": reader.text(tender, "procurementMethod"),
        "method_rationale": reader.text(tender, "procurementMethodRationale"),
        "tenderers": _tenderers(tender, reader),
        "bids": _bids(reader.under(process, "bids"), reader),
        "source_row": releases[0].row,
    }
    shared["tender_start"], shared["tender_end"], _ = reader.period(tender, "tenderPeriod", "tender")
    shared["enquiry_end"] = reader.period(tender, "enquiryPeriod", "tender")[1]
    awards = reader.objects(process, "awards")
    contracts = reader.objects(process, "contracts")
    if not awards:
        yield shared | _agreed(reader, tender, [], "tender") | {"amendments": _amendments(reader, tender, *contracts)}
    for number, award in enumerate(awards):
        own = [one for one in contracts if _is_of(one, award, alone=len(awards) == 1)]
        yield (
            shared
            | _agreed(reader, award, own, f"awards/{number}")
            | {
                "award_id": reader.text(award, "id"),
                "award_date": reader.day(award, "date", f"awards/{number}/date"),
                "suppliers": _joined(reader.text(one, "name") for one in reader.objects(award, "suppliers")),
                "amendments": _amendments(reader, tender, award, *own),
            }
        )


def _is_of(contract: dict[str, Any], award: dict[str, Any], *, alone: bool) -> bool:
    stated = cell_text(contract.get("awardID"))
    return stated == cell_text(award.get("id")) if stated else alone


def _agreed(reader: "_Reader", of: dict[str, Any], contracts: list[dict[str, Any]], place: str) -> dict[str, Any]:
    """Value and period of an award, or of a tender without one; a contract's own period comes before them."""
    value = reader.under(of, "value")
    found: dict[str, Any] = {
        "amount": reader.amount(value, f"{place}/value/amount"),
        "currency": reader.text(value, "currency"),
    }
    if found["amount"] is not None and (found["currency"] or "GBP").upper() != "GBP":
        reader.say(CURRENCY, f"{place}/value/currency", found["currency"])
    for whose, holder, name in (*(("contract", one, "period") for one in contracts), (place, of, "contractPeriod")):
        start, end, extent = reader.period(holder, name, whose)
        if start or end or extent:
            period_of = whose.partition("/")[0].removesuffix("s")
            return found | {
                "contract_start": start, "contract_end": end, "max_extent_end": extent, "period_of": period_of,
            }  # fmt: skip
    return found


def _tenderers(tender: dict[str, Any], reader: "_Reader") -> int | None:
    named = len(reader.objects(tender, "tenderers")) or None
    counted = reader.count(tender, "numberOfTenderers", "tender/numberOfTenderers")
    if named is not None and counted is not None and named != counted:
        reader.say(COUNTS_DIFFER, "tender/numberOfTenderers", counted)
    return named if counted is None else counted


def _bids(bids: dict[str, Any], reader: "_Reader") -> int | None:
    """Bids received, from the bids extension: its statistic, or the bids that it lists."""
    for number, one in enumerate(reader.objects(bids, "statistics")):
        if one.get("measure") == "bids":
            return reader.count(one, "value", f"bids/statistics/{number}/value")
    return len(reader.objects(bids, "details")) or None


def _amendments(reader: "_Reader", *holders: dict[str, Any]) -> int | None:
    """Amendments that are listed; None where nothing lists any, which is not to say that there were none."""
    listed = sum(len(reader.objects(one, "amendments")) or bool(one.get("amendment")) for one in holders)
    return listed or None


def _named(reader: "_Reader", process: dict[str, Any], role: str) -> str | None:
    parties = reader.objects(process, "parties")
    return _joined(reader.text(one, "name") for one in parties if role in _listed(one.get("roles")))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _joined(names: Iterable[str | None]) -> str | None:
    return "|".join(dict.fromkeys(name for name in names if name)) or None


@dataclass(frozen=True)
class _Reader:
    """Values out of one process; what is not of the standard's shape is put down and taken as not given."""

    label: str
    row: int
    problems: list[Problem]

    def say(self, says: Says, path: str, value: object = None) -> None:
        problem = says.at(self.label, self.row, path, value)
        if problem not in self.problems[-20:]:  # each award of a process looks at its one tender
            self.problems.append(problem)

    def under(self, holder: dict[str, Any], name: str) -> dict[str, Any]:
        value = holder.get(name)
        if value is not None and not isinstance(value, dict):
            self.say(NOT_SHAPED, name, value)
        return value if isinstance(value, dict) else {}

    def objects(self, holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
        value = holder.get(name)
        items = value if isinstance(value, list) else []
        if value is not None and (not isinstance(value, list) or not all(isinstance(one, dict) for one in items)):
            self.say(NOT_SHAPED, name, value)
        return [one for one in items if isinstance(one, dict)]

    def text(self, holder: dict[str, Any], name: str) -> str | None:
        value = holder.get(name)
        if isinstance(value, dict | list):
            self.say(NOT_SHAPED, name, value)
            return None
        return cell_text(value) or None

    def day(self, holder: dict[str, Any], name: str, path: str) -> date | None:
        if not (text := cell_text(holder.get(name))):
            return None
        try:
            return stated_day(text)
        except ValueError:
            self.say(NOT_DAY, path, text)
            return None

    def period(self, holder: dict[str, Any], name: str, place: str) -> tuple[date | None, date | None, date | None]:
        """First day, last day and the furthest it may be extended to."""
        given, path = self.under(holder, name), f"{place}/{name}"
        start, end, extent = (
            self.day(given, f"{one}Date", f"{path}/{one}Date") for one in ("start", "end", "maxExtent")
        )
        if start and end and end < start:
            self.say(ENDS_BEFORE, f"{path}/endDate", end)
        return start, end, extent

    def amount(self, value: dict[str, Any], path: str) -> float | None:
        amount: Any = value.get("amount")
        if amount is None:
            return None
        usable = (
            isinstance(amount, int | Decimal) and not isinstance(amount, bool) and -MOST_POUNDS < amount < MOST_POUNDS
        )
        if not usable:
            self.say(NOT_AMOUNT, path, amount)
            return None
        return float(amount)

    def count(self, holder: dict[str, Any], name: str, path: str) -> int | None:
        count = holder.get(name)
        if count is None:
            return None
        if type(count) is int and 0 <= count <= MOST_COUNTED:
            return count
        self.say(NOT_COUNT, path, count)
        return None
