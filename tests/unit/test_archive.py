"""Zips of definitions: what goes in comes out, the same bytes every time, and whatever is sent instead is refused or read, never worse."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tradewind.catalog.archive import MOST_BYTES, packed, unpacked
from tradewind.kernel.problems import UnreadableDefinitions

NAMES = st.from_regex(r"[a-z]{1,8}(/[a-z0-9_]{1,8}){0,2}\.json", fullmatch=True)
FILES = st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=6).filter(lambda files: "pack.json" not in files)


@given(FILES)
def test_what_is_packed_is_read_back_and_the_order_it_came_in_does_not_matter(files: dict[str, bytes]) -> None:
    files = {"pack.json": b"{}", **files}
    body = packed(files)
    assert unpacked(body) == files
    assert body == packed(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == sorted(files)
        assert {(entry.date_time, entry.compress_type, entry.external_attr >> 16) for entry in archive.infolist()} == {((1980, 1, 1, 0, 0, 0), 0, 0o100644)}


def _zip(method: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("pack.json", '{"key": "a", "version": "1"}')
        archive.writestr("objects/customer.json", '{"kind": "object"}' * 20)
    return made.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6), st.integers(0, 200))
@hypothesis_settings(max_examples=400)
def test_a_spoilt_zip_is_refused_or_read_and_nothing_else(method: int, changes: list[tuple[int, int]], cut: int) -> None:
    body = bytearray(_zip(method))
    for at, value in changes:
        body[at % len(body)] = value
    for spoilt in (bytes(body), bytes(body[: len(body) - cut])):
        try:
            found = unpacked(spoilt)
        except UnreadableDefinitions:
            continue
        assert sum(map(len, found.values())) <= MOST_BYTES


def test_entries_that_share_their_bytes_count_each_time() -> None:
    """A zip whose directory names one compressed block many times: small, and huge when each is read."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("objects/a.json", b"0" * 1_000_000)
        (entry,) = archive.filelist
        archive.filelist += [entry] * 40
    body = made.getvalue()
    assert len(body) < 10_000
    with pytest.raises(UnreadableDefinitions) as refused:
        unpacked(body)
    assert refused.value.params["rule"] in ("doubled", "size")
