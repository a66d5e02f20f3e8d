"""What is inside a zip or OLE container, looked at before anything is unpacked."""

from __future__ import annotations

import mmap
import zipfile
from pathlib import Path

from tradewind.ingest.reading.shapes import Kind, Limits
from tradewind.kernel.problems import UnreadableFile

_MOST_ENTRIES = 20_000
_SMALL = 50_000_000
"""Bytes unpacked that need no look at how tightly they are packed."""
_TIGHT = 250
"""How many bytes one packed byte may become in a part; workbooks with a million equal rows stay below 100."""
_ZIP_ENDS_WITH = b"PK\x05\x06"
_DOCUMENTS = (("word/", "Word"), ("ppt/", "PowerPoint"), ("visio/", "Visio"))
_OPEN_DOCUMENTS = {"text": "OpenDocument Text", "presentation": "OpenDocument Presentation", "graphics": "OpenDocument Drawing"}
_OLE_DOCUMENTS = (("WordDocument", "Word"), ("PowerPoint Document", "PowerPoint"), ("VisioDocument", "Visio"), ("__properties_version1.0", "Outlook"))


def zip_kind(path: Path, name: str, limits: Limits) -> Kind:
    """The kind of workbook in a zip. Raises UnreadableFile when it is none, or would take too much."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            _check_sizes(entries, path.stat().st_size, name, limits)
            names = {entry.filename.lower().lstrip("/") for entry in entries}
            mimetype = package.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in package.namelist() else ""
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, ValueError, UnicodeError) as failure:
        raise UnreadableFile(rule="broken" if _has_end(path) else "truncated", file=name) from failure
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFile(rule="encrypted", file=name)
    if mimetype.startswith("application/vnd.oasis.opendocument."):
        return _open_document(mimetype.removeprefix("application/vnd.oasis.opendocument."), name)
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(one.startswith("xl/") for one in names) and any(one.endswith(".xml") and "workbook" in one for one in names):
        return "xlsx"
    for start, found in _DOCUMENTS:
        if any(one.startswith(start) for one in names):
            raise UnreadableFile(rule="document", file=name, found=found)
    if any(one.startswith("index/") and one.endswith(".iwa") for one in names):
        raise UnreadableFile(rule="document", file=name, found="Apple Numbers, Pages or Keynote")
    raise UnreadableFile(rule="archive", file=name)


def _check_sizes(entries: list[zipfile.ZipInfo], size: int, name: str, limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked:
        raise UnreadableFile(rule="unpacked", file=name, found=unpacked, most=limits.unpacked)
    tight = any(entry.file_size > _SMALL and entry.file_size > _TIGHT * entry.compress_size for entry in entries)
    overlapping = sum(entry.compress_size for entry in entries) > size
    if tight or overlapping or len(entries) > _MOST_ENTRIES:
        raise UnreadableFile(rule="bomb", file=name)


def _open_document(mimetype: str, name: str) -> Kind:
    if mimetype.startswith("spreadsheet"):
        return "ods"
    raise UnreadableFile(rule="document", file=name, found=_OPEN_DOCUMENTS.get(mimetype.split("-")[0], "OpenDocument"))


def _has_end(path: Path) -> bool:
    """Whether the directory that closes a zip is there: without it the file was cut off."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 66_000))
        return _ZIP_ENDS_WITH in file.read()


def ole_kind(path: Path, name: str) -> Kind:
    """The kind of workbook in an OLE container (files of before 2007, and those with a password). Raises UnreadableFile when it is none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:

        def has(stream: str) -> bool:
            return content.find(stream.encode("utf-16-le") + b"\0\0") >= 0

        if has("EncryptedPackage"):
            raise UnreadableFile(rule="encrypted", file=name)
        if has("Workbook") or has("Book"):
            return "xls"
        for stream, found in _OLE_DOCUMENTS:
            if has(stream):
                raise UnreadableFile(rule="document", file=name, found=found)
    raise UnreadableFile(rule="truncated" if _ole_cut(path) else "binary", file=name)


def _ole_cut(path: Path) -> bool:
    """Whether the container's directory lies beyond the end of the file."""
    with path.open("rb") as file:
        header = file.read(512)
    if len(header) < 512:
        return True
    sector = 1 << int.from_bytes(header[30:32], "little") if header[30] < 20 else 512
    return (int.from_bytes(header[48:52], "little") + 1) * sector >= path.stat().st_size
