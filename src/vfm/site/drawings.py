"""Drawings that the dashboards make from published tables: the tile map, funnels and intervals, as inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from vfm.report import words
from vfm.site.content import Area
from vfm.vocabulary.labels import slug

TILE, GAP, LINE = 100, 6, 15


def tile_map(areas: Sequence[Area], root: str) -> str:
    """The areas as tiles near to where they lie, each a link to its page. The list beside it says the same."""
    placed = [area for area in areas if area.row is not None and area.column is not None]
    rows, columns = max(area.row or 0 for area in placed), max(area.column or 0 for area in placed)
    tiles = "".join(_tile(area, root) for area in placed)
    size = f"0 0 {columns * (TILE + GAP)} {rows * (TILE + GAP)}"
    return f'<svg class="tiles" viewBox="{size}" aria-hidden="true" focusable="false">{tiles}</svg>'


def _tile(area: Area, root: str) -> str:
    left, top = ((place or 1) - 1 for place in (area.column, area.row))
    x, y = left * (TILE + GAP), top * (TILE + GAP)
    lines = area.name.split(" ")
    first = y + TILE / 2 - LINE * (len(lines) - 1) / 2 + 5
    text = "".join(
        f'<text x="{x + TILE / 2:g}" y="{first + LINE * number:g}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<a href="{root}boroughs/{area.slug}.html" tabindex="-1">'
        f'<rect x="{x}" y="{y}" width="{TILE}" height="{TILE}" rx="4"/>{text}</a>'
    )


# ---- funnels

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 680, 380, 64, 62, 18, 48


@dataclass(frozen=True)
class Scale:
    """From a value to a place on the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        """Round values over the scale."""
        raw = (self.high - self.low) / 5
        size = 10 ** (len(f"{int(raw)}") - 1) if raw >= 1 else 0.1 if raw >= 0.05 else 0.01
        step = next(size * times for times in (1, 2, 5, 10) if size * times >= raw)
        first = int(self.low / step) + (self.low % step > 0)
        return [number * step for number in range(first, int(self.high / step) + 1)]


def funnel(rows: pd.DataFrame, *, share: bool, x_label: str, y_label: str) -> str:
    """Areas between the limits of a funnel; each has a class of its own, so that those chosen can be picked out.

    Parameters
    ----------
    rows : of the table "boroughs-compared", one measure: `area`, `value`, `base`, `target`, the limits and `band`
    share : whether the value is a share of people, or else a rate
    """
    known = rows[rows["value"].map(_is_number) & rows["lower_95"].map(_is_number)].sort_values("base")
    limits = [f"{side}_{name}" for name in ("998", "95") for side in ("lower", "upper")]
    top = max(1e-9, float(known[["value", *limits]].astype(float).max(axis=None)))
    x = Scale(0, float(known["base"].astype(float).max()) * 1.04, LEFT, WIDTH - RIGHT)
    y = Scale(0, min(1.0, top) if share else top * 1.06, HEIGHT - BOTTOM, TOP)
    parts = [_axes(x, y, share, x_label, y_label)]
    for column in limits:
        points = " ".join(f"{x(float(b))},{y(float(v))}" for b, v in zip(known["base"], known[column], strict=True))
        parts.append(f'<polyline class="limit l{column[6:]}" points="{points}"/>')
    last = known.iloc[-1]
    parts.append(
        f'<line class="average" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(last["target"])}" y2="{y(last["target"])}"/>'
    )
    ends = {"99.8%": last["upper_998"], "95%": last["upper_95"], "average": last["target"]}
    heights = {name: y(float(value)) for name, value in ends.items()}
    for name, height in heights.items():
        parts.append(_text("end", WIDTH - RIGHT + 6, height + 4, name))
    # every other name stands below its dot, so that two neighbours can be read
    parts += [_dot(row, x, y, share, below=number % 2) for number, row in enumerate(known.to_dict("records"))]
    return _svg(f"0 0 {WIDTH} {HEIGHT}", funnel_alt(known, share), parts)


def funnel_alt(known: pd.DataFrame, share: bool) -> str:
    """What a funnel shows, from its numbers."""
    outside = known[known["band"].str.contains("99.8")]
    named = [
        f"{row['area']} ({_value(row['value'], share)}, {row['band'].split()[0]})" for row in outside.to_dict("records")
    ]
    who = f"Outside the farther limits: {words.listing(named)}." if named else "None is outside the farther limits."
    average = _value(known["target"].iloc[0], share)
    return f"Funnel of {len(known)} areas round an average of {average}. {who} Outside means look, not bad."


def _axes(x: Scale, y: Scale, share: bool, x_label: str, y_label: str) -> str:
    bottom, middle = HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2
    marks = []
    for t in y.ticks():
        marks.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(t)}" y2="{y(t)}"/>')
        marks.append(_text("tick", LEFT - 8, y(t) + 4, f"{t:.0%}" if share else f"{t:,.0f}", "end"))
    marks += [_text("tick", x(t), bottom + 18, f"{t:,.0f}", "middle") for t in x.ticks()]
    marks.append(_text("label", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label, "middle"))
    marks.append(_text("label", 14, middle, y_label, "middle", f"rotate(-90 14 {middle:g})"))
    return "".join(marks)


def _svg(view: str, alt: str, parts: list[str], kind: str = "") -> str:
    mark = f'class="{kind}" ' if kind else ""
    return f'<svg {mark}viewBox="{view}" role="img" aria-label="{escape(alt)}">{"".join(parts)}</svg>'


def _text(kind: str, x: float, y: float, text: str, anchor: str = "start", turned: str = "") -> str:
    turn = f' transform="{turned}"' if turned else ""
    return f'<text class="{kind}"{turn} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def _dot(row: dict[Any, object], x: Scale, y: Scale, share: bool, *, below: int) -> str:
    at, height = x(float(str(row["base"]))), y(float(str(row["value"])))
    name = str(row["area"])
    text = f"{name}: {_value(row['value'], share)}"
    side, by = ("end", -9) if at > WIDTH * 0.62 else ("start", 9)
    label = _text("chosen", at + by, height + (18 if below else -7), text, side)
    dot = f'<circle cx="{at}" cy="{height}" r="4.5"/>'
    return f'<g class="dot a-{slug(name)}"><title>{escape(text)}</title>{dot}{label}</g>'


# ---- intervals

ROW, NAME = 34, 320


def intervals(rows: pd.DataFrame) -> str:
    """Shares with their intervals, a row each, between none and all of the people assessed.

    Parameters
    ----------
    rows : `service`, `measure`, `share`, `lower` and `upper` (proportions, or marks where there is none)
    """
    height = ROW * len(rows) + 40
    x = Scale(0, 1, NAME, WIDTH - 50)
    parts = [
        f'<line class="grid" x1="{x(t)}" x2="{x(t)}" y1="6" y2="{height - 28}"/>'
        f'<text class="tick" x="{x(t)}" y="{height - 10}" text-anchor="middle">{t:.0%}</text>'
        for t in (0, 0.25, 0.5, 0.75, 1)
    ]
    for number, row in enumerate(rows.to_dict("records")):
        middle = ROW * number + 22
        name = f"{row['service']}: {str(row['measure']).lower()}"
        name = name if len(name) <= 42 else f"{name[:41].rstrip()}…"
        parts.append(f'<text class="name" x="0" y="{middle + 5}">{escape(name)}</text>')
        if _is_number(row["share"]) and _is_number(row["lower"]) and _is_number(row["upper"]):
            parts.append(
                f'<line class="interval" x1="{x(row["lower"])}" x2="{x(row["upper"])}" y1="{middle}" y2="{middle}"/>'
            )
            parts.append(f'<circle class="point" cx="{x(row["share"])}" cy="{middle}" r="6"/>')
        else:
            parts.append(
                f'<text class="name" x="{NAME + 8}" y="{middle + 5}">not shown {escape(str(row["share"]))}</text>'
            )
    return _svg(f"0 0 {WIDTH} {height}", intervals_alt(rows), parts, "intervals")


def any_shown(rows: pd.DataFrame) -> bool:
    """Whether any of the shares may be shown: a drawing of nothing but marks says less than a sentence."""
    return bool(rows["share"].map(_is_number).any())


def intervals_alt(rows: pd.DataFrame) -> str:
    """What the intervals show, from their numbers."""
    said = []
    for row in rows.to_dict("records"):
        what = f"{row['service']}, {str(row['measure']).lower()}: "
        if _is_number(row["share"]) and _is_number(row["lower"]) and _is_number(row["upper"]):
            span = words.span(float(row["lower"]), float(row["upper"]), "proportion")
            said.append(f"{what}{words.quantity(float(row['share']), 'proportion')} ({span})")
        else:
            said.append(f"{what}not shown, {row['share']}")
    return f"A dot with its interval for each outcome. {'; '.join(said)}."


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and value == value


def _value(value: object, share: bool) -> str:
    return words.quantity(float(str(value)), "proportion" if share else "crimes")
