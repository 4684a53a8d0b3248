"""What a file is by its bytes, whatever its name says. Nothing is unpacked or run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

ROWS = "holds rows, one per person"
OBJECTS = "holds a program's objects, which may carry the data they were made from"
PACKED = "packs other files"
HIDES = "can hide sheets, text and the data behind pivots and charts"
FRAMES = "is a picture of a kind that isn't written anew here"
RUNS = "is a program"
MARKUP = "carries its data points as text, and can carry more than is seen"
NESTS = "nests what it holds, so that nobody can look through it"


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``why`` it never leaves, after "it"; empty where it may.

    ``endings``: how names of such files end.
    """

    name: str
    why: str
    endings: tuple[str, ...]


def _kind(name: str, why: str, *endings: str) -> Kind:
    return Kind(name, why, endings)


TEXT = _kind("text", "", "csv", "tsv", "txt", "log")
PNG = _kind("a PNG picture", "", "png")
JPEG = _kind("a JPEG picture", "", "jpg", "jpeg")
UNKNOWN = _kind("of no kind that is known here", "can't be looked into", "bin", "dat")
PARQUET = _kind("a Parquet file", ROWS, "parquet")
ARROW = _kind("an Arrow file", ROWS, "arrow", "feather", "ipc")
ORC = _kind("an ORC file", ROWS, "orc")
AVRO = _kind("an Avro file", ROWS, "avro")
DATABASE = _kind("a database", ROWS, "sqlite", "db", "sqlite3", "duckdb")
STATISTICS = _kind("a Stata, SPSS or SAS file", ROWS, "dta", "sav", "sas7bdat", "xpt")
ARRAYS = _kind("a file of arrays", ROWS, "npy", "h5", "hdf5", "nc", "mat")
PICKLE = _kind("a file of Python objects", OBJECTS, "pickle", "pkl", "joblib")
R_OBJECTS = _kind("a file of R objects", OBJECTS, "rds", "rdata", "rda")
NOTEBOOK = _kind("a notebook", "holds outputs beside the code", "ipynb")
JSON = _kind("JSON", NESTS, "json", "jsonl", "ndjson", "geojson")
ZIP = _kind(
    "a packed file, as office documents are", f"{PACKED}; a document {HIDES}",
    "zip", "xlsx", "xlsm", "ods", "docx", "odt", "pptx", "npz", "jar", "whl",
)  # fmt: skip
OFFICE = _kind("an office document", HIDES, "xls", "doc", "ppt", "rtf")
ARCHIVE = _kind(
    "a packed file", PACKED,
    "gz", "tgz", "bz2", "xz", "7z", "zst", "lz4", "z", "rar", "tar", "br",
)  # fmt: skip
PDF = _kind("a PDF", "can carry attachments and text that isn't seen", "pdf", "ps", "eps")
MARKED_UP = _kind("HTML, SVG or XML", MARKUP, "html", "htm", "svg", "xml", "xhtml")
PICTURE = _kind("a picture", FRAMES, "gif", "bmp", "tif", "tiff", "webp", "ico", "emf")
PROGRAM = _kind("a program", RUNS, "exe", "so", "dll", "pyc", "class", "wasm", "sh", "py")
ENCODED = _kind("an encoded file", PACKED, "b64", "uu", "pem", "asc", "gpg")

KINDS = (
    TEXT, PNG, JPEG, UNKNOWN, PARQUET, ARROW, ORC, AVRO, DATABASE, STATISTICS, ARRAYS,
    PICKLE, R_OBJECTS, NOTEBOOK, JSON, ZIP, OFFICE, ARCHIVE, PDF, MARKED_UP, PICTURE,
    PROGRAM, ENCODED,
)  # fmt: skip
SIGNATURES: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"PAR1", PARQUET),
    (0, b"PARE", PARQUET),
    (0, b"ARROW1", ARROW),
    (0, b"FEA1", ARROW),
    (0, b"\xff\xff\xff\xff", ARROW),
    (0, b"ORC", ORC),
    (0, b"Obj\x01", AVRO),
    (0, b"SQLite format 3\0", DATABASE),
    (8, b"DUCK", DATABASE),
    (0, b"<stata_dta>", STATISTICS),
    (0, b"$FL2", STATISTICS),
    (0, b"$FL3", STATISTICS),
    (0, bytes(12) + b"\xc2\xea\x81\x60", STATISTICS),
    (0, b"HEADER RECORD*******LIB", STATISTICS),
    (0, b"\x93NUMPY", ARRAYS),
    (0, b"\x89HDF\r\n\x1a\n", ARRAYS),
    (0, b"CDF\x01", ARRAYS),
    (0, b"MATLAB 5.0", ARRAYS),
    *((0, bytes((0x80, version)), PICKLE) for version in range(2, 6)),
    (0, b"RDX2\n", R_OBJECTS),
    (0, b"RDX3\n", R_OBJECTS),
    (0, b"RDA2\n", R_OBJECTS),
    (0, b"RDA3\n", R_OBJECTS),
    (0, b"X\n\0\0\0", R_OBJECTS),
    (0, b"A\n2\n", R_OBJECTS),
    (0, b"A\n3\n", R_OBJECTS),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"PK\x07\x08", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OFFICE),
    (0, b"{\\rtf", OFFICE),
    (0, b"\x1f\x8b", ARCHIVE),
    (0, b"\x1f\x9d", ARCHIVE),
    (0, b"BZh", ARCHIVE),
    (0, b"\xfd7zXZ\0", ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", ARCHIVE),
    (0, b"\x04\x22\x4d\x18", ARCHIVE),
    (0, b"Rar!\x1a\x07", ARCHIVE),
    (0, b"x\x01", ARCHIVE),
    (0, b"x\x9c", ARCHIVE),
    (0, b"x\xda", ARCHIVE),
    (257, b"ustar", ARCHIVE),
    (0, b"%PDF-", PDF),
    (0, b"%!PS", PDF),
    (0, b"GIF8", PICTURE),
    (0, b"BM", PICTURE),
    (0, b"II*\0", PICTURE),
    (0, b"MM\0*", PICTURE),
    (0, b"RIFF", PICTURE),
    (0, b"\0\0\x01\0", PICTURE),
    (0, b"\x7fELF", PROGRAM),
    (0, b"MZ", PROGRAM),
    (0, b"\0asm", PROGRAM),
    (0, b"#!", PROGRAM),
    *((0, m, PROGRAM) for m in (b"\xfe\xed\xfa", b"\xcf\xfa\xed", b"\xca\xfe\xba\xbe")),
    (0, b"-----BEGIN ", ENCODED),
    (0, b"begin-base64 ", ENCODED),
)
"""Where which bytes stand. Where two fit, the first in this order counts."""
SHORT = frozenset((b"BM", b"MZ", b"ORC", b"RIFF", b"BZh", b"x\x01", b"x\x9c", b"x\xda"))
"""Bytes that a word may begin with: they count only before something that isn't text."""
A_TAG = re.compile(
    rb"<\s{0,9}[!?/]?\s{0,9}(svg|html|head|body|script|iframe|object|embed|img|table|doctype|xml"
    rb"|math|style|link|meta|div|span|a\s)\b",
    re.I,
)
TEXT_PICKLE = re.compile(rb"\A(\(?[ldt]p\d+\r?\n|\(?c[\w.]+\r?\n\w+\r?\n)")
UUENCODED = re.compile(rb"\Abegin [0-7]{3} \S")
HEAD = 1024
"""Bytes in which a PDF's readers look for its mark."""
BYTE_ORDERS = (b"\xff\xfe", b"\xfe\xff")
ENDINGS: Mapping[str, Kind] = MappingProxyType(
    {ending: kind for kind in KINDS for ending in kind.endings}
)


def kind_of(data: bytes) -> Kind:
    """The kind of a file that begins with, or is, these bytes."""
    marked = next(
        (kind for where, mark, kind in SIGNATURES if _has(data, where, mark)), None
    )
    if marked is not None:
        return marked
    if b"%PDF-" in data[:HEAD]:
        return PDF
    if b"\0" in data and not data.startswith(BYTE_ORDERS):
        return UNKNOWN
    return _of_text(data)


def _has(data: bytes, where: int, mark: bytes) -> bool:
    if data[where : where + len(mark)] != mark:
        return False
    return mark not in SHORT or not _reads(data)


def _reads(data: bytes) -> bool:
    try:
        return b"\0" not in data and bool(data.decode())
    except UnicodeDecodeError:
        return False


def _of_text(data: bytes) -> Kind:
    if TEXT_PICKLE.match(data):
        return PICKLE
    if UUENCODED.match(data):
        return ENCODED
    if data.lstrip().startswith(b"<?") or A_TAG.search(data):
        return MARKED_UP
    if _is_json(data):
        return NOTEBOOK if b'"nbformat"' in data else JSON
    return TEXT


def _is_json(data: bytes) -> bool:
    """All of it, or its first line, as in files of one object a line."""
    data = data.strip()
    if not data.startswith((b"{", b"[")):
        return False
    return any(_parses(part) for part in (data, data.partition(b"\n")[0]))


def _parses(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict | list)
    except RecursionError:
        return True
    except ValueError:
        return False
