"""The workbook of a release as an OpenDocument spreadsheet, from the same content as the XLSX, by odfpy."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from vfm.report.number_formats import GENERAL
from vfm.report.workbook import (
    BLUE,
    COVER_WIDTH,
    INK,
    LONG,
    column_format,
    cover_heights,
    cover_lines,
    heights,
    widths,
)
from vfm.report.workbook_content import COVER, Book, Cell, Sheet

LETTER, LINE = 0.21, 0.5  # centimetres: the width of a letter, the height of a line
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the least that a ZIP file can say: it carries no time of its making
TEXTS: dict[str, dict[str, Any]] = {
    "title": {"fontsize": "16pt", "fontweight": "bold", "color": BLUE},
    "heading": {"fontsize": "14pt", "fontweight": "bold", "color": BLUE},
    "line": {},
    "long": {"wrap": True},
    "head": {"fontweight": "bold", "wrap": True, "fill": "#f3f5f7", "under": True},
    "number-head": {"fontweight": "bold", "wrap": True, "fill": "#f3f5f7", "under": True, "right": True},
    "text": {"wrap": True},
    "mark": {"wrap": True, "right": True},
    "link": {"color": "#0000ff", "underlined": True},
}


def ods(book: Book) -> bytes:
    """`book` as an ODS file, the same bytes each time."""
    return _Writer(book).write()


class _Writer:
    """One document as it is put together: styles are made once each and named."""

    def __init__(self, book: Book):
        from odf import (
            dc,
            element,
            meta,
            namespaces,
            number,
            opendocument,
            style,
            table,
            text,
        )  # only where one is made

        # odfpy declares the namespaces that this process has used so far; all that it knows are the same each time,
        # but for those that it named "ns41" and the like as it met them in a file that was read
        known = {place: name for place, name in namespaces.nsdict.items() if not re.fullmatch(r"ns\d+", name)}
        element.Element.namespaces.clear()
        element.Element.namespaces.update(known)

        self._odf = {"dc": dc, "meta": meta, "number": number, "style": style, "table": table, "text": text}
        self._book = book
        self._document = opendocument.OpenDocumentSpreadsheet()
        self._named: dict[str, str] = {}
        self._qualified: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}

    def write(self) -> bytes:
        self._say_what_it_is()
        for name, look in TEXTS.items():
            self._cell_style(name, **look)
        self._printed = self._print_well()
        self._cover()
        for sheet in self._book.sheets:
            self._sheet(sheet)
        file = BytesIO()
        self._document.write(file)
        return _without_times(file.getvalue())

    def _element(self, space: str, kind: str, **attributes: Any) -> Any:
        make = getattr(self._odf[space], kind)
        if (space, kind) not in self._qualified:  # odfpy looks each name up in a list of all, for every element
            known = make(check_grammar=False).allowed_attributes() or ()
            self._qualified[space, kind] = {name.lower().replace("-", ""): (place, name) for place, name in known}
        names = self._qualified[space, kind]
        return make(check_grammar=False, qattributes={names[name]: value for name, value in attributes.items()})

    def _say_what_it_is(self) -> None:
        book, held = self._book, self._document.meta
        for space, kind, words in (
            ("dc", "Title", book.title),
            ("dc", "Subject", book.subject),
            ("dc", "Creator", book.author),
            ("dc", "Language", "en-GB"),
            ("dc", "Description", "Open Government Licence v3.0"),
            ("dc", "Date", f"{book.as_of}T00:00:00"),
            ("meta", "InitialCreator", book.author),
            ("meta", "CreationDate", f"{book.as_of}T00:00:00"),
            ("meta", "Keyword", book.keywords),
        ):
            held.addElement(self._odf[space].__dict__[kind](text=words))
        default = self._element("style", "DefaultStyle", family="table-cell")
        plain = {"fontname": "Arial", "fontfamily": "Arial", "fontsize": "11pt", "color": INK}
        spoken = {"language": "en", "country": "GB"}
        default.addElement(self._element("style", "TextProperties", **plain, **spoken))
        self._document.styles.addElement(default)

    def _print_well(self) -> str:
        """A4 on its side, as many pages tall as it takes; the name of the style that tables have."""
        layout = self._element("style", "PageLayout", name="wide")
        page = {"printorientation": "landscape", "pagewidth": "29.7cm", "pageheight": "21cm", "margin": "1.5cm"}
        layout.addElement(self._element("style", "PageLayoutProperties", **page, scaletox="1", scaletoy="0"))
        self._document.automaticstyles.addElement(layout)
        master = self._element("style", "MasterPage", name="Wide", pagelayoutname="wide")
        self._document.masterstyles.addElement(master)
        made = self._element("style", "Style", name="printed", family="table", masterpagename="Wide")
        made.addElement(self._element("style", "TableProperties", display="true"))
        self._document.automaticstyles.addElement(made)
        return "printed"

    def _cell_style(self, name: str, data: str = "", **look: Any) -> None:
        made = self._element("style", "Style", name=name, family="table-cell")
        if data:
            made.setAttribute("datastylename", data)
        cell = {"verticalalign": "top"}
        cell |= {"wrapoption": "wrap"} if look.get("wrap") else {}
        cell |= {"backgroundcolor": look["fill"]} if "fill" in look else {}
        cell |= {"borderbottom": f"1.5pt solid {BLUE}"} if look.get("under") else {}
        made.addElement(self._element("style", "TableCellProperties", **cell))
        if look.get("right"):
            made.addElement(self._element("style", "ParagraphProperties", textalign="end"))
        words: dict[str, str] = {key: look[key] for key in ("fontsize", "fontweight", "color") if key in look}
        words |= {"textunderlinestyle": "solid", "textunderlinewidth": "auto"} if look.get("underlined") else {}
        made.addElement(self._element("style", "TextProperties", **words))
        self._document.automaticstyles.addElement(made)

    def _number_style(self, format_: str) -> str:
        """The name of the cell style that shows numbers as Excel's `format_` does."""
        if format_ not in self._named:
            name = f"number{len(self._named)}"
            self._named[format_] = name
            data = "" if format_ == GENERAL else f"{name}-data"
            if data:
                self._data_style(data, format_)
            self._cell_style(name, data, right=True)
        return self._named[format_]

    def _data_style(self, name: str, format_: str) -> None:
        percent = format_.endswith("%")
        places = len(format_.rstrip("%").partition(".")[2])
        made = self._element("number", "PercentageStyle" if percent else "NumberStyle", name=name)
        if format_.startswith("£"):
            made.addElement(self._text("number", "£"))
        digits = {"decimalplaces": places, "minintegerdigits": 1, "grouping": "true"}
        made.addElement(self._element("number", "Number", **digits))
        if percent:
            made.addElement(self._text("number", "%"))
        self._document.automaticstyles.addElement(made)

    def _text(self, space: str, words: str) -> Any:
        made = self._element(space, "Text" if space == "number" else "P")
        made.addText(words)
        return made

    def _cover(self) -> None:
        made = self._table(COVER, [COVER_WIDTH])
        headings = {heading for heading, _ in self._book.cover}
        for place, (words, lines) in enumerate(zip(cover_lines(self._book), cover_heights(self._book), strict=True)):
            look = "title" if place == 0 else "heading" if words in headings else "text"
            self._row(made, lines, [self._worded(words, look)])
        self._document.spreadsheet.addElement(made)

    def _sheet(self, sheet: Sheet) -> None:
        made, tall = self._table(sheet.name, widths(sheet)), iter(heights(sheet))
        self._row(made, next(tall), [self._worded(sheet.title, "title")])
        for line in sheet.lines:
            self._row(made, next(tall), [self._worded(line, "long" if len(line) > LONG else "line")])
        head = self._element("table", "TableHeaderRows")
        heads = [self._worded(column.heading, "number-head" if column.unit else "head") for column in sheet.columns]
        self._row(head, next(tall), heads)
        made.addElement(head)
        formats = [
            self._number_style(column_format(sheet, place)) if column.unit else ""
            for place, column in enumerate(sheet.columns)
        ]
        for row in sheet.rows:
            cells = [self._cell(cell, look) for cell, look in zip(row, formats, strict=True)]
            if sheet.linked:
                cells[0] = self._linked(str(row[0]))
            self._row(made, next(tall), cells)
        self._document.spreadsheet.addElement(made)

    def _table(self, name: str, wide: list[int]) -> Any:
        made = self._element("table", "Table", name=name, stylename=self._printed)
        for width in wide:
            made.addElement(self._element("table", "TableColumn", stylename=self._size("column", width)))
        return made

    def _size(self, kind: str, count: int) -> str:
        """The style of a column so many letters wide, or of a row so many lines tall."""
        name = f"{kind}{count}"
        if name not in self._named:
            self._named[name] = name
            made = self._element("style", "Style", name=name, family=f"table-{kind}")
            if kind == "column":
                sized = self._element("style", "TableColumnProperties", columnwidth=f"{count * LETTER:.2f}cm")
            else:
                tall = {"rowheight": f"{count * LINE + 0.1:.2f}cm", "useoptimalrowheight": "true"}
                sized = self._element("style", "TableRowProperties", **tall)
            made.addElement(sized)
            self._document.automaticstyles.addElement(made)
        return name

    def _row(self, parent: Any, lines: int, cells: list[Any]) -> None:
        made = self._element("table", "TableRow", stylename=self._size("row", lines))
        for cell in cells:
            made.addElement(cell)
        parent.addElement(made)

    def _cell(self, cell: Cell, look: str) -> Any:
        """A cell of a table; `look` is the style of its column's numbers, where it has any."""
        if isinstance(cell, str):
            return self._worded(cell, "mark" if look else "text")
        made = self._element("table", "TableCell", valuetype="float", value=f"{cell!r}", stylename=look)
        made.addElement(self._text("text", f"{cell!r}"))
        return made

    def _worded(self, words: str, look: str) -> Any:
        made = self._element("table", "TableCell", valuetype="string", stylename=look)
        for part in words.split("\n"):
            made.addElement(self._text("text", part))
        return made

    def _linked(self, name: str) -> Any:
        made = self._element("table", "TableCell", valuetype="string", stylename="link")
        words, link = self._element("text", "P"), self._element("text", "A", href=f"#{name}.A1", type="simple")
        link.addText(name)
        words.addElement(link)
        made.addElement(words)
        return made


def _without_times(content: bytes) -> bytes:
    """The same archive without the time of its making; the kind of file first and plain, as the format asks."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as made, ZipFile(file, "w") as plain:
        for name in made.namelist():
            entry = ZipInfo(name, FIRST_DAY)
            entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            plain.writestr(entry, made.read(name))
    return file.getvalue()
