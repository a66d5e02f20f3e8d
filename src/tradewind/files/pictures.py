"""How large a picture is, read from its first bytes without decoding it."""

from __future__ import annotations

import struct

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame, which has the size."""
_TURNED = (5, 6, 7, 8)
"""EXIF orientations that lay a picture on its side."""


def size_of(body: bytes, media_type: str) -> tuple[int, int] | None:
    """Width and height in pixels as a browser shows them (a JPEG laid on its side is turned); None for what is no picture or is broken."""
    readers = {"image/png": _png, "image/gif": _gif, "image/jpeg": _jpeg, "image/webp": _webp}
    try:
        size = readers[media_type](body) if media_type in readers else None
    except (struct.error, IndexError):
        return None
    return size if size and size[0] > 0 and size[1] > 0 else None


def _png(body: bytes) -> tuple[int, int] | None:
    return struct.unpack(">II", body[16:24]) if body[12:16] == b"IHDR" else None


def _gif(body: bytes) -> tuple[int, int] | None:
    return struct.unpack("<HH", body[6:10])


def _jpeg(body: bytes) -> tuple[int, int] | None:
    """https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2: the frame header; the size is height, width."""
    place, turned = 2, False
    while place + 4 <= len(body):
        if body[place] != 0xFF:
            return None
        marker = body[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        (length,) = struct.unpack(">H", body[place + 2 : place + 4])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", body[place + 5 : place + 9])
            return (height, width) if turned else (width, height)
        if marker == 0xE1:
            turned = turned or _orientation(body[place + 4 : place + 2 + length]) in _TURNED
        place += 2 + length
    return None


def _orientation(segment: bytes) -> int:
    """The orientation an EXIF segment says, 1 for none: tag 0x0112 of the first directory."""
    if segment[:6] != b"Exif\0\0" or segment[6:8] not in (b"II", b"MM"):
        return 1
    order = "<" if segment[6:8] == b"II" else ">"
    tiff = segment[6:]
    try:
        (start,) = struct.unpack(order + "I", tiff[4:8])
        (count,) = struct.unpack(order + "H", tiff[start : start + 2])
        for entry in range(min(count, 100)):
            tag, _kind, _count, value = struct.unpack(order + "HHIH", tiff[start + 2 + 12 * entry : start + 12 + 12 * entry])
            if tag == 0x0112:
                return value
    except struct.error:
        return 1
    return 1


def _webp(body: bytes) -> tuple[int, int] | None:
    """https://developers.google.com/speed/webp/docs/riff_container: extended, lossless and lossy headers."""
    match body[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
        case b"VP8L":
            (bits,) = struct.unpack("<I", body[21:25])
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = struct.unpack("<HH", body[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case _:
            return None
