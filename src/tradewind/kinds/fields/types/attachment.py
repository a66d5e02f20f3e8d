"""Files hung on a record."""

from __future__ import annotations

from tradewind.kinds.fields.contract import Example
from tradewind.kinds.fields.files import FilesField, FilesOptions

_PROVEN = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")
"""Media types that first bytes prove; a file of any other has none that is proven."""


class AttachmentOptions(FilesOptions, frozen=True):
    """`media_types` such as image/png or image/*; all when empty."""

    media_types: tuple[str, ...] = ()


def _matches(pattern: str, media_type: str) -> bool:
    return pattern == media_type or (pattern.endswith("/*") and media_type.startswith(pattern[:-1]))


class Attachment(FilesField[AttachmentOptions]):
    name = "attachment"
    options = AttachmentOptions
    examples = (
        Example(
            {"max_count": 2},
            values=(["018f2f6e-0000-7000-8000-000000000001"],),
            bad_values=(["x"], "x", ["018f2f6e-0000-7000-8000-000000000001"] * 2, [f"018f2f6e-0000-7000-8000-00000000000{n}" for n in range(3)]),
            bad_cells=("x",),
        ),
    )

    def admits(self, media_type: str, options: AttachmentOptions) -> bool:
        """A proven type must be among the settings'; one that bytes cannot prove passes where the settings name one that they cannot prove either."""
        if not options.media_types or any(_matches(pattern, media_type) for pattern in options.media_types):
            return True
        return media_type not in _PROVEN and any(not any(_matches(pattern, proven) for proven in _PROVEN) for pattern in options.media_types)


FIELD = Attachment()
