"""The counts of people of a quarter as they may be published: opened by notebooks in place of what was returned."""

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vfm.data import said
from vfm.data.disclosure import Profile, profile
from vfm.data.disclosure_audit import Fact
from vfm.data.earlier import earlier
from vfm.data.people import ACHIEVED, ASSESSED, COUNT, LEVELS, Cell, People, controlled, people_of
from vfm.data.quarter import QuarterData, note_read
from vfm.vocabulary.results import Status

TABLE = "publishable"  # its file, among the processed tables
WHOSE = ("service_id", "theme", "gss_code")


@dataclass(frozen=True)
class Publishable:
    """Counts of people at every level, each a number that may be published, or hidden.

    `cells` has the fields of `Cell`, `shown` and `mark`. What is worked out from these numbers may be published too.
    """

    cells: pd.DataFrame
    status: Status

    def outputs(self, *level: str) -> pd.DataFrame:
        """Counts of outputs, such as by "service_id" and "gss_code", or without a level of the whole.

        Returns
        -------
        The columns of `level`, `quarter`, `measure_id`, `count`, `mark` and `status`; a hidden count is NaN.
        """
        return self._of(COUNT, level)

    def outcomes(self, *level: str) -> pd.DataFrame:
        """Counts of outcomes, as `outputs`: `achieved` and `assessed`, and the mark of each, `mark` and `of_mark`."""
        whole = self._of(ASSESSED, level).rename(columns={"mark": "of_mark"}).drop(columns="status")
        return self._of(ACHIEVED, level).merge(whole, on=[*level, "quarter", "measure_id"])

    def _of(self, what: str, level: tuple[str, ...]) -> pd.DataFrame:
        rows = self.cells[self.cells["what"] == what]
        for name in WHOSE:
            rows = rows[(rows[name] != "") == (name in level)]
        rows = rows.rename(columns={"shown": what}).assign(status=str(self.status))
        return rows[[*level, "quarter", "measure_id", what, "mark", "status"]].reset_index(drop=True)


def people_in(data: QuarterData) -> People:
    """Every count of people in the returns that are held."""
    return people_of(data.outputs, data.outcomes, services=data.services, indicators=data.indicators)


def open_publishable(data: QuarterData) -> Publishable:
    """The counts of a quarter as they may be published: worked out once for the data, the profile and what is out."""
    rule, out = profile(data.catalogue.profile), earlier(data.project)
    key = hashlib.sha256(repr(rule).encode())
    for path in out.values():
        key.update(path.read_bytes() + rule_of(path, rule).name.encode())
    kept = data.project.processed(data.quarter) / f"{TABLE}.parquet"
    made_for = kept.with_suffix(".key")
    if not kept.is_file() or not made_for.is_file() or made_for.read_text(encoding="utf-8") != key.hexdigest():
        people = people_in(data)
        cells = controlled(people, str(data.quarter), rule, known=known(people, out, rule))
        things = ~data.outputs["measure_id"].isin(people.measures) & (data.outputs["quarter"] == str(data.quarter))
        cells = pd.concat([cells, _things(data.outputs[things], data.services)], ignore_index=True)
        part = kept.with_suffix(f".{os.getpid()}")
        cells.to_parquet(part, index=False)
        part.replace(kept)
        made_for.write_text(key.hexdigest(), encoding="utf-8")
    note_read(TABLE)
    return Publishable(pd.read_parquet(kept), data.project.status)


def _things(outputs: pd.DataFrame, services: pd.DataFrame) -> pd.DataFrame:
    """Counts of sessions and other things at every level, as they are: nobody can be told by them."""
    rows = outputs.assign(theme=outputs["service_id"].map(services.set_index("service_id")["theme"]))
    parts = []
    for level in LEVELS:
        sums = rows.groupby([*level, "measure_id", "quarter"], as_index=False)["count"].sum()
        unsaid = {name: "" for name in WHOSE if name not in level}
        parts.append(sums.rename(columns={"count": "shown"}).assign(what=COUNT, mark="", year_so_far=False, **unsaid))
    return pd.concat(parts, ignore_index=True).astype({"shown": float})


def rule_of(path: Path, rule: Profile) -> Profile:
    """The profile that an earlier release was made under, as its manifest says; `rule` where that does not."""
    manifest = path.with_name("manifest.json")
    described = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    return profile(described.get("disclosure", {}).get("profile", rule.name))


def known(people: People, releases: dict[str, Path], rule: Profile) -> dict[str, list[Fact]]:
    """What earlier releases tell, by measure, as far as it is of counts that are still what they were.

    Each is read by the profile that it was made under; `rule` is that of now.
    """
    facts: dict[str, list[Fact]] = defaultdict(list)
    for release, path in releases.items():
        rows, rule_then = said.read(path), rule_of(path, rule)
        then = people.as_in(Cell(*one.cell) for one in rows if one.form == said.REPORTED)
        own: dict[tuple[str, str], list[said.Said]] = defaultdict(list)
        for one in rows:
            if one.form != said.REPORTED:
                own[one.figure_id, one.cell.measure_id].append(one)
        for (figure_id, measure), cells in own.items():
            # A cell that is strange is of a count that was revised since, and says nothing of the one protected now.
            facts[measure] += said.facts_in(cells, then, rule_then, table=f"{release}: {figure_id}")[0]
    return facts
