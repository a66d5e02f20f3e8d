"""The size of a picture from its header, on the smallest pictures of each kind and on headers laid out by hand after the standards."""

from __future__ import annotations

import struct
from base64 import b64decode

import pytest

from tradewind.files.pictures import size_of

SMALLEST = [
    ("image/gif", "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
    ("image/png", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="),
    ("image/webp", "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"),  # lossy
    ("image/webp", "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="),  # lossless
    ("image/webp", "UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA=="),  # extended
]


@pytest.mark.parametrize(("media_type", "packed"), SMALLEST)
def test_the_smallest_picture_of_each_kind_is_one_pixel(media_type: str, packed: str) -> None:
    assert size_of(b64decode(packed), media_type) == (1, 1)


def _jpeg(width: int, height: int, orientation: int | None = None, order: str = ">") -> bytes:
    """SOI, APP0, APP1 with an EXIF directory of one entry, SOF0: ITU-T T.81 B.2.2 and TIFF 6.0."""
    mark = b"MM" if order == ">" else b"II"
    entry = b"" if orientation is None else struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = mark + struct.pack(order + "HIH", 42, 8, 1 if entry else 0) + entry + struct.pack(order + "I", 0)
    segment = b"Exif\0\0" + tiff
    start = b"\xff\xd8" + b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + b"\0" * 9
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return start + b"\xff\xe1" + struct.pack(">H", 2 + len(segment)) + segment + frame


@pytest.mark.parametrize("order", [">", "<"])
def test_a_jpeg_laid_on_its_side_is_turned(order: str) -> None:
    assert size_of(_jpeg(4000, 3000), "image/jpeg") == (4000, 3000)
    assert size_of(_jpeg(4000, 3000, 1, order), "image/jpeg") == (4000, 3000)
    assert size_of(_jpeg(4000, 3000, 6, order), "image/jpeg") == (3000, 4000)


def test_what_is_cut_or_no_picture_has_no_size() -> None:
    for media_type, packed in SMALLEST:
        whole = b64decode(packed)
        for length in range(len(whole)):
            size_of(whole[:length], media_type)
        assert size_of(whole[:8], media_type) is None
    for length in range(len(_jpeg(9, 9, 6)) - 12):
        assert size_of(_jpeg(9, 9, 6)[:length], "image/jpeg") is None
    assert size_of(b"%PDF-1.7", "application/pdf") is None
    assert size_of(b"\xff\xd8" + b"\xff" * 100, "image/jpeg") is None
    assert size_of(b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "image/png") is None
