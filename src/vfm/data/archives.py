"""Look into a zip that calls itself a workbook before anything of it is parsed.

What is refused here is never given to a parser of spreadsheets: bombs, entities, macros, links to elsewhere,
passwords. Each member is inflated once, piece by piece, and forgotten.
"""

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from vfm.data.sheets import RefusedError
from vfm.vocabulary.errors import Problem

MOST_MEMBERS = 1_000
MOST_MEMBER_BYTES = 60_000_000
MOST_TOTAL_BYTES = 120_000_000
MOST_RATIO = 200  # a sheet of alike rows shrinks to a fiftieth; deflate can reach a thousandth
RATIO_MATTERS_FROM = 5_000_000  # bytes: a small member may shrink as it likes
MOST_TAGS = 12_000_000  # a parser keeps an element for each in memory
PIECE = 1 << 16

CENTRAL_ENTRY = b"PK\x01\x02"
ENCRYPTED = 0x1  # the bit of a member's flags
ARCHIVES = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
)
MACROS = re.compile(r"(.*/)?vbaProject[^/]*|xl/(macrosheets|activeX)/.*|(Basic|Scripts)/.*", re.IGNORECASE)
ELSEWHERE = re.compile(r"xl/(externalLinks/.*|connections\.xml|queryTables/.*)", re.IGNORECASE)
UNSAFE_NAME = re.compile(r"/|[A-Za-z]:|(.*[/\\])?\.\.([/\\]|$)|.*\\", re.DOTALL)

XLSX, ODS = ".xlsx", ".ods"
ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
ODS_MANIFEST = "META-INF/manifest.xml"
CONTENT_TYPES = "[Content_Types].xml"

OPEN_AND_SAVE = "Open it in a spreadsheet program, save it as a new workbook and send that."
ONLY_DATA = "It holds more than a return does: copy the data into the template that was sent out, and send that."
NO_PASSWORD = "Save it without a password and send it again."
NO_MACROS = "Save it as an ordinary workbook (.xlsx) without macros and send it again."
NO_LINKS = "Break the links to other files (Data, Edit Links), save it and send it again."


def examine(content: bytes, *, label: str, kind: str) -> None:
    """Refuse an archive that a workbook of `kind` could not be, or that is not safe to parse.

    Parameters
    ----------
    content : the bytes of the file
    label : what messages call the file
    kind : ``.xlsx`` or ``.ods``

    Raises
    ------
    RefusedError : with the one problem that stands in the way
    """
    # Each entry of a central directory begins so; counted before zipfile makes an object of each.
    if content.count(CENTRAL_ENTRY) > MOST_MEMBERS:
        raise RefusedError(Problem(label, f"an archive of more than {MOST_MEMBERS:,} parts", ONLY_DATA))
    try:
        with ZipFile(BytesIO(content)) as archive:
            _directory(archive.infolist(), label)
            _kind(archive, label, kind)
            _members(archive, label)
    # zipfile raises these, and struct's and text's errors, on what is cut or spoilt.
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise RefusedError(Problem(label, "a broken workbook", OPEN_AND_SAVE)) from error
    except expat.ExpatError as error:
        raise RefusedError(Problem(label, "a workbook whose XML cannot be read", OPEN_AND_SAVE)) from error


def _directory(members: list[ZipInfo], label: str) -> None:
    """What the central directory says, before anything is inflated."""
    names = [member.filename for member in members]
    if any(UNSAFE_NAME.match(name) for name in [*names, *(member.orig_filename for member in members)]):
        raise RefusedError(Problem(label, "an archive with a part that leads out of it", OPEN_AND_SAVE))
    if len({name.lower() for name in names}) < len(names):
        raise RefusedError(Problem(label, "an archive with two parts of one name", OPEN_AND_SAVE))
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise RefusedError(Problem(label, "an archive with a password", NO_PASSWORD))
    if any(member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for member in members):
        raise RefusedError(Problem(label, "an archive packed in an unusual way", OPEN_AND_SAVE))
    sizes = [member.file_size for member in members]
    if max(sizes, default=0) > MOST_MEMBER_BYTES or sum(sizes) > MOST_TOTAL_BYTES:
        raise RefusedError(Problem(label, "a workbook that unpacks to more than a return can hold", ONLY_DATA))
    if any(map(_is_bomb, members)):
        raise RefusedError(Problem(label, "a workbook packed tighter than real data can be", ONLY_DATA))
    if any(map(MACROS.fullmatch, names)):
        raise RefusedError(Problem(label, "a workbook with macros", NO_MACROS))
    if any(map(ELSEWHERE.fullmatch, names)):
        raise RefusedError(Problem(label, "a workbook with links to other files", NO_LINKS))


def _is_bomb(member: ZipInfo) -> bool:
    return member.file_size > max(RATIO_MATTERS_FROM, MOST_RATIO * member.compress_size)


def _kind(archive: ZipFile, label: str, kind: str) -> None:
    names = set(archive.namelist())
    found = None
    if CONTENT_TYPES in names and any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        found = XLSX
    elif {"mimetype", "content.xml"} <= names and _begins(archive, "mimetype", len(ODS_MIMETYPE) + 1) == ODS_MIMETYPE:
        found = ODS
    if found is None:
        raise RefusedError(Problem(label, "a zip that is no workbook", "Send the workbook itself, as .xlsx or .ods."))
    if found != kind:
        raise RefusedError(Problem(label, f"a {found} workbook named {kind}", f"Name it with {found} at its end."))


def _begins(archive: ZipFile, name: str, size: int) -> bytes:
    with archive.open(name) as member:
        return member.read(size)


def _members(archive: ZipFile, label: str) -> None:
    """What the members hold: the manifest first, since what it says is encrypted is no XML."""
    tags = 0
    for member in sorted(archive.infolist(), key=lambda member: member.filename != ODS_MANIFEST):
        start = _begins(archive, member.filename, 8)
        if start.startswith(ARCHIVES):
            raise RefusedError(Problem(label, "a workbook with another file inside it", ONLY_DATA))
        tags += _scan(archive, member, label, is_xml=_is_xml(member.filename, start))
        if tags > MOST_TAGS:
            raise RefusedError(Problem(label, "a workbook of more elements than a return can hold", ONLY_DATA))


def _is_xml(name: str, start: bytes) -> bool:
    """Whether a parser would read it as XML: what a part is called is the sender's choice."""
    is_text = start.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or b"<" in start
    return is_text or name.lower().endswith((".xml", ".rels", ".vml", ".rdf"))


def _scan(archive: ZipFile, member: ZipInfo, label: str, *, is_xml: bool) -> int:
    """Inflate a member to its end, which verifies its checksum; return how many tags it has."""
    parser = _parser(member.filename, label) if is_xml and member.file_size else None
    tags = 0
    with archive.open(member) as stream:
        while piece := stream.read(PIECE):
            tags += piece.count(b"<")
            if parser is not None:
                parser.Parse(piece, False)
            if tags > MOST_TAGS:
                return tags
    if parser is not None:
        parser.Parse(b"", True)
    return tags


def _parser(name: str, label: str) -> expat.XMLParserType:
    """A parser that keeps nothing, and refuses what a declaration could do whatever the encoding."""

    def declared(*_: object) -> None:
        raise RefusedError(Problem(label, "a workbook whose XML declares entities or a document type", OPEN_AND_SAVE))

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    if look := _looks(label).get(name if not name.endswith(".rels") else ".rels"):
        parser.StartElementHandler = look
    return parser


def _looks(label: str) -> dict[str, Callable[[str, dict[str, str]], None]]:
    """What to look for in the parts that say how the others are to be read."""

    def in_relationships(_: str, attributes: dict[str, str]) -> None:
        is_link = attributes.get("Type", "").endswith("/hyperlink")  # words to click on; nothing is fetched
        if attributes.get("TargetMode", "").lower() == "external" and not is_link:
            raise RefusedError(Problem(label, "a workbook with links to other files", NO_LINKS))

    def in_types(_: str, attributes: dict[str, str]) -> None:
        if "macroenabled" in attributes.get("ContentType", "").lower():
            raise RefusedError(Problem(label, "a workbook with macros", NO_MACROS))

    def in_manifest(name: str, _: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "encryption-data":
            raise RefusedError(Problem(label, "a workbook with a password", NO_PASSWORD))

    return {".rels": in_relationships, CONTENT_TYPES: in_types, ODS_MANIFEST: in_manifest}
