"""The PDF of an update: tagged, titled, in the order of the page, the same each time, and text is only ever text."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

import pdf_reading
from document_kit import ABOUT, Small, number, small
from vfm.report import prose
from vfm.vocabulary.errors import RunError
from vfm.vocabulary.marks import Mark
from vfm.vocabulary.results import ILLUSTRATIVE

HOSTILE = [
    "#panic(1) $x^2$ *loud* _soft_ `code` @ref <label> // comment",
    "= Heading\n- item\n+ item\n/ term: x",
    "\\ ~ --- ... \"quoted\" 'quoted'",
    '#read("/numbers.json") [content] {code} ]]}}',
    "<script>alert(1)</script>",
    '=HYPERLINK("http://example.org")',
    "Ωμέγα Żółć",
]


@pytest.fixture
def release(tmp_path: Path) -> Small:
    return small(tmp_path)


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def kinds(pdf: pikepdf.Pdf, *wanted: str) -> list[pdf_reading.Element]:
    return [element for element in pdf_reading.elements(pdf) if element.kind in wanted]


def test_it_declares_what_it_is(release: Small) -> None:
    pdf = opened(release.pdf())
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == "An update: January to March 2020"
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.MarkInfo.Marked is True
    assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
    assert str(pdf.docinfo["/Title"]) == "An update: January to March 2020"
    for said in ("January to March 2020, compiled in retrospect", "up to 23 November 2026", "Version 2"):
        assert said in str(pdf.docinfo["/Subject"])


def test_it_reads_in_the_order_of_the_page(release: Small) -> None:
    pdf = opened(release.pdf())
    in_order = [
        ("H1", "An update"),
        ("P", "January to March 2020, compiled in retrospect. With what was published up to 23 November 2026."),
        ("P", "Version 2."),
        ("P", "What it is."),
        ("P", "Commissioning budget"),
        ("P", "£53.6 million"),
        ("H2", "What was spent"),
        ("LI", "• It was £53.6 million . In all."),
        ("P", "Growth: cannot say: there is one year ."),
        ("Caption", "Two years"),
        ("Figure", "£53.6m"),
        ("H2", "What it bought"),
        ("Caption", "Services"),
        ("TH", "Service"),
        ("TH", "Budget (£)"),
        ("TH", "Share"),
        ("TD", "London Gang Exit"),
        ("TD", "£1,000,000"),
        ("TD", "25.0%"),
        ("TD", "Drive"),
        ("TD", "£260"),
        ("TD", "[x]"),
        ("P", "The end."),
        ("H2", "Where each number comes from"),
        ("H2", "Assumptions, decisions, data issues and exclusions"),
        ("H2", "About this document"),
    ]
    read = [(element.kind, element.words) for element in pdf_reading.elements(pdf)]
    places = []
    for part in in_order:
        places.append(read.index(part, places[-1] + 1 if places else 0))  # after the one before it
    assert places == sorted(places)
    # what is drawn is drawn in the order in which it is read
    assert all(marks == sorted(marks) for marks in pdf_reading.marked_order(pdf))


def test_headings_go_down_a_step_at_a_time_and_stand_in_the_outline(release: Small) -> None:
    release.words = "<h1>An update</h1><h4>Deep</h4><h2>Up</h2><h3>Down</h3><p>Words.</p>"
    pdf = opened(release.pdf())
    levels = [(e.kind, e.words) for e in kinds(pdf, "H1", "H2", "H3", "H4")]
    assert levels[:4] == [("H1", "An update"), ("H2", "Deep"), ("H2", "Up"), ("H3", "Down")]
    with pdf.open_outline() as outline:
        assert [item.title for item in outline.root][:2] == ["Deep", "Up"]


def test_every_drawing_has_its_alt_text_and_where_its_numbers_are(release: Small) -> None:
    pdf = opened(release.pdf())
    assert [element.alt for element in kinds(pdf, "Figure")] == ["Two bars: one is longer."]
    assert any("Its numbers are on the sheet C1 of the workbook." in e.words for e in kinds(pdf, "P"))


def test_a_drawing_without_alt_text_is_refused(release: Small) -> None:
    release.chart(alt="")
    with pytest.raises(RunError, match=r"The PDF of 2019-20-Q4 cannot be set: .*alt"):
        release.pdf()


def test_tables_have_heads_that_say_what_they_head(release: Small) -> None:
    pdf = opened(release.pdf())
    heads = [element for element in kinds(pdf, "TH") if "Table" in element.within]
    assert heads and all(any(a.get("Scope") == "/Column" for a in head.attributes) for head in heads)


def test_a_table_without_rows_says_so(release: Small) -> None:
    release.table([])
    assert "There is nothing to list." in [element.words for element in kinds(opened(release.pdf()), "TD")]


def test_the_marks_travel_into_tables_and_sentences_with_what_they_mean(release: Small) -> None:
    release.table([("Drive", Mark.SUPPRESSED, Mark.LOW)])
    release.numbers["budget"] = number(revision="[r]")
    pdf = opened(release.pdf())
    cells = [element.words for element in kinds(pdf, "TD")]
    assert {"[c]", "[low]", "£53.6 million [r]"} <= set(cells)
    notes = " ".join(element.words for element in kinds(pdf, "P"))
    assert "All that were found. [c], 1 value: hidden, so that nobody can be told by it." in notes


def test_every_number_said_leads_to_its_row(release: Small) -> None:
    pdf = opened(release.pdf())
    links = [element.words for element in kinds(pdf, "Link")]
    assert links == ["£53.6 million", "£53.6 million", "cannot say: there is one year"]
    cells = [element.words for element in kinds(pdf, "TD")]
    assert "£53.55 million to £53.65 million" in cells
    assert any("as published. Source: MOPAC" in cell for cell in cells)
    assert sum(str(a.Subtype) == "/Link" for page in pdf.pages for a in page.get("/Annots", [])) >= 3


def test_the_same_release_gives_the_same_bytes_and_no_date_but_its_own(release: Small) -> None:
    first = release.pdf()
    assert first == release.pdf()
    stated = set(re.findall(rb"D:(\d{8})|<xmp:\w+Date>([\d-]+)", first))
    assert {a or b for a, b in stated} == {b"20261123", b"2026-11-23"}


def test_fonts_are_inside_it(release: Small) -> None:
    pdf = opened(release.pdf())
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    assert fonts
    for font in fonts:
        (inner,) = font.DescendantFonts
        assert "/FontFile2" in inner.FontDescriptor or "/FontFile3" in inner.FontDescriptor


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_only_ever_text(release: Small, text: str) -> None:
    release.table([(text, 1.0, 0.5)], title=text, notes=text)
    release.chart(alt=text, title=text)
    release.numbers["budget"] = number(title=text)
    release.log[0]["what"] = text
    pdf = opened(release.pdf(replace(ABOUT, period=text)))
    plain = " ".join(text.split())
    said = [re.sub(r"\s+", "", element.words) for element in pdf_reading.elements(pdf)]
    assert said.count(re.sub(r"\s+", "", plain)) >= 3
    assert [element.alt for element in kinds(pdf, "Figure")] == [text]
    assert str(pdf.docinfo["/Title"]).endswith(text)


def test_letters_that_the_font_lacks_do_not_stop_it(release: Small) -> None:
    release.table([("倫敦 \U0001f600", 1.0, 0.5), ("שלום", 1.0, 0.5)])
    cells = [element.words for element in kinds(opened(release.pdf()), "TD")]
    assert "倫敦 \U0001f600" in cells
    assert "".join(reversed("שלום")) in cells  # drawn from the left, read from the right


@pytest.mark.parametrize(
    "words", ["", "<h1>Only a title</h1>", "<p>No title</p>", "<h2>A</h2><div class='cards'></div>"]
)
def test_an_update_may_say_little(release: Small, words: str) -> None:
    release.words, release.log = words, []
    assert len(opened(release.pdf()).pages) == 1


def test_every_page_says_illustrative_where_the_data_is(release: Small) -> None:
    release.words += "<p>More words.</p>" * 60
    pdf = opened(release.pdf(replace(ABOUT, illustrative=True)))
    assert len(pdf.pages) > 2
    assert all(ILLUSTRATIVE in pdf_reading.page_words(page) for page in pdf.pages)
    assert f"{ILLUSTRATIVE}." in [element.words for element in kinds(pdf, "P")]  # read out, not only drawn
    assert str(pdf.docinfo["/Title"]).startswith("Illustrative: ")
    plain = opened(release.pdf())
    assert not any(ILLUSTRATIVE in pdf_reading.page_words(page) for page in plain.pages)


def test_every_page_of_a_draft_says_so(release: Small) -> None:
    release.words += "<p>More words.</p>" * 60
    pdf = opened(release.pdf(replace(ABOUT, state="draft")))
    assert all("Draft: not published, and it may change" in pdf_reading.page_words(page) for page in pdf.pages)


# ---- what a page says, as blocks


def test_blocks_are_what_a_page_says_in_order() -> None:
    html = (
        "<h1>A</h1><p>One <strong>two</strong>\n three<br>four</p><ul><li>Five</li><li><em>six</em></li></ul>"
        "<details><summary>Code</summary>hidden</details><p>  </p><div><p>Seven</p>eight</div>"
        "<table><tr><th>H</th></tr><tr><td>c <b>d</b></td></tr></table>nine"
    )
    got = [(b.kind, b.text, b.rows) for b in prose.blocks(html)]
    assert got == [
        ("heading", "A", ()),
        ("paragraph", "One two three four", ()),
        ("item", "Five", ()),
        ("item", "six", ()),
        ("paragraph", "Seven", ()),
        ("paragraph", "eight", ()),
        ("grid", "", (("H",), ("c d",))),
        ("paragraph", "nine", ()),
    ]


def test_a_number_keeps_its_figure_and_its_emphasis() -> None:
    (block,) = prose.blocks('<p>It <em>was <data data-figure="budget">£5</data></em>, <b>all</b>.</p>')
    assert [(run.text, run.strong, run.stressed, run.figure) for run in block.runs] == [
        ("It ", False, False, ""),
        ("was ", False, True, ""),
        ("£5", False, True, "budget"),
        (", ", False, False, ""),
        ("all", True, False, ""),
        (".", False, False, ""),
    ]
    assert prose.cited([block]) == ["budget"]
