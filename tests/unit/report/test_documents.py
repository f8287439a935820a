"""The documents of a release: made together, offered on its front page, and checked where they are shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from document_kit import ABOUT, AS_OF, number, small
from vfm.report import documents, pages
from vfm.report.documents import Download

LOG = {"entry_id": "an-entry", "what": "What", "kind": "decision", "effect": "Effect", "reliability": "", "sunset": ""}


@pytest.fixture
def update() -> dict[str, object]:
    return {"cells": [{"cell_type": "markdown", "source": "# An update\n\nWhat it is.", "metadata": {}}]}


def test_every_document_is_made_and_the_same_each_time(tmp_path: Path, update: dict[str, object]) -> None:
    small(tmp_path)
    made = []
    for _ in range(2):
        documents.write(tmp_path, update, ABOUT, AS_OF)
        made.append({path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()})
    assert made[0] == made[1]
    assert {"2019-20-Q4.pdf"} <= set(made[0])


def test_the_front_page_offers_what_there_is_with_its_kind_and_size(tmp_path: Path, update: dict[str, object]) -> None:
    small(tmp_path)
    (tmp_path / documents.SCHEMA).write_text(documents.schema(), encoding="utf-8")
    documents.write(tmp_path, update, ABOUT, AS_OF)
    offered = documents.downloads(tmp_path, ABOUT.quarter)
    page = pages.front_page(update, ABOUT, [number()], [LOG], offered)
    assert '<li><a href="#take-it-away">Take it away</a></li>' in page
    for one in offered:
        assert f'<li><a href="{one.file}">{one.what}</a> ({one.kind}, {one.size})</li>' in page
        assert (tmp_path / one.file).is_file()
    assert next(one.file for one in offered) == "2019-20-Q4.pdf"
    assert "numbers.csv" not in {one.file for one in offered}  # it was not made here


def test_without_documents_nothing_is_offered(update: dict[str, object]) -> None:
    assert "Take it away" not in pages.front_page(update, ABOUT, [number()], [LOG])


@pytest.mark.parametrize(
    ("size", "said"), [(1, "1 KB"), (232_153, "232 KB"), (999_499, "999 KB"), (1_449_000, "1.4 MB")]
)
def test_sizes_are_those_that_a_reader_knows(size: int, said: str) -> None:
    assert Download("a", "b", "PDF", size).size == said


def test_the_schema_is_json() -> None:
    assert json.loads(documents.schema())["title"] == "Numbers of a release"
