"""Pictures hung on a record: files whose first bytes prove an image that every browser shows."""

from __future__ import annotations

from tradewind.kinds.fields.contract import Example
from tradewind.kinds.fields.files import FilesField, FilesOptions

_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


class ImageOptions(FilesOptions, frozen=True):
    """At most so many pictures on one record."""


class Image(FilesField[ImageOptions]):
    name = "image"
    options = ImageOptions
    examples = (
        Example(
            {"max_count": 2},
            values=(["018f2f6e-0000-7000-8000-000000000001"],),
            bad_values=(["x"], "x", ["018f2f6e-0000-7000-8000-000000000001"] * 2, [f"018f2f6e-0000-7000-8000-00000000000{n}" for n in range(3)]),
            bad_cells=("x",),
        ),
    )

    def admits(self, media_type: str, options: ImageOptions) -> bool:
        return media_type in _IMAGES


FIELD = Image()
