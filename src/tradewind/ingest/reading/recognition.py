"""Tells by its content what kind of file it is, and refuses what is none we read."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from tradewind.ingest.reading.charsets import encoding_of
from tradewind.ingest.reading.dialects import dialect_of
from tradewind.ingest.reading.packages import ole_kind, zip_kind
from tradewind.ingest.reading.shapes import Limits, Recognised
from tradewind.kernel.problems import UnreadableFile

DEFAULT = Limits()
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_SHEETS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00\x00\x05", b"\x09\x08\x10\x00\x00\x06")
"""Workbooks of the 1990s, without a container."""
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"RIFF", "image"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!\x1a\x07", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\0", "program"),
    (b"SQLite format 3\0", "binary"),
    (b"PAR1", "binary"),
)
_HTML = ("<!doctype html", "<html", "<head", "<body", "<table", "<meta", "mime-version:")
_JSON = re.compile(r'\s*(?:\{\s*"[^"\n]*"\s*:|\[\s*[\[{])')
_CONTROL = re.compile("[\x01-\x08\x0e-\x19\x1b-\x1f\ufffd]")
_SAMPLE = 200_000


def recognise(path: Path, name: str, limits: Limits = DEFAULT) -> Recognised:
    """Kind, encoding and delimiter of a file; `name` is only spoken of. Raises UnreadableFile for what is none we read.

    Nothing is unpacked: a container's directory says what is in it and how large it would become.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as failure:
        raise UnreadableFile(rule="missing", file=name, said=failure.strerror or "") from failure
    if size > limits.size:
        raise UnreadableFile(rule="size", file=name, most=limits.size)
    if not start.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe\x1a"):
        raise UnreadableFile(rule="empty", file=name)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Recognised(kind=zip_kind(path, name, limits), size=size)
    if start.startswith(_OLE):
        return Recognised(kind=ole_kind(path, name), size=size)
    if start.startswith(_OLD_SHEETS):
        return Recognised(kind="xls", size=size)
    for begin, rule in _STARTS:
        if start.startswith(begin):
            raise UnreadableFile(rule=rule, file=name)
    if start.startswith(b"{\\rtf"):
        raise UnreadableFile(rule="document", file=name, found="RTF")
    return _text(path, name, size)


def _bare(head: str) -> str:
    """The beginning in small letters, without spaces, comments and an XML declaration before it."""
    rest = head.lower().lstrip()
    for start, end in (("<?xml", "?>"), ("<!--", "-->")):
        while rest.startswith(start) and end in rest:
            rest = rest.partition(end)[2].lstrip()
    return rest


def _text(path: Path, name: str, size: int) -> Recognised:
    encoding = encoding_of(path)
    with path.open("rb") as file:
        sample = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(_SAMPLE))
    head = sample[:4000].lstrip("\ufeff")
    if _bare(head).startswith(_HTML):
        raise UnreadableFile(rule="html", file=name)
    if head.lstrip().startswith("<?xml"):
        raise UnreadableFile(rule="xml", file=name)
    if _JSON.match(head):
        raise UnreadableFile(rule="json", file=name)
    if len(_CONTROL.findall(sample)) * 10 > len(sample) or sample.count("\0") * 4 > len(sample):
        raise UnreadableFile(rule="binary", file=name)
    found = dialect_of(sample, whole=size <= _SAMPLE)
    return Recognised(kind="csv", size=size, encoding=encoding, delimiter=found.delimiter, quote=found.quote, escape=found.escape)
