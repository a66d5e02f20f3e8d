"""Problems: errors with a code, parameters and a next step (RFC 9457 at the edge)."""

from __future__ import annotations

from typing import ClassVar

from tradewind.kernel.json import Json


class Problem(Exception):
    """Something the caller can understand and mend. Subclasses state `code` and `status` once.

    `params` fill the sentence `problems.<code>` of the message catalogues; `pointer` is a JSON Pointer into what was sent;
    `errors` are further problems of the same request, each with its own pointer.
    """

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, *, pointer: str = "", errors: tuple[Problem, ...] = (), **params: Json) -> None:
        super().__init__(self.code)
        self.pointer = pointer
        self.errors = errors
        self.params = params

    def __str__(self) -> str:
        inner = "; ".join(str(error) for error in self.errors)
        shown = " ".join(f"{key}={value}" for key, value in self.params.items())
        return " ".join(part for part in (self.code, self.pointer, shown, inner) if part)


class InvalidRequest(Problem):
    """The body or the query cannot be read as what the route takes."""

    code = "request.invalid"
    status = 400


class UnreadableFile(Problem):
    """A file that cannot be imported as it is; `rule` says why."""

    code = "file.unreadable"
    status = 422


class MethodNotAllowed(Problem):
    """The address exists, but not for this verb."""

    code = "request.method_not_allowed"
    status = 405


class TooLarge(Problem):
    code = "request.too_large"
    status = 413


class NotFound(Problem):
    """There is none, or the actor may not know of it: the answer is the same."""

    code = "record.not_found"
    status = 404


class UnknownField(Problem):
    """No such field, or one that the actor can never see: the answer is the same."""

    code = "field.unknown"
    status = 400


class UnknownObject(Problem):
    code = "object.unknown"
    status = 404


class UnknownOperator(Problem):
    code = "field.operator_unknown"
    status = 400


class NotSortable(Problem):
    code = "field.not_sortable"
    status = 400


class InvalidValue(Problem):
    """A value its field cannot hold. `rule` in params says which rule."""

    code = "field.invalid"
    status = 422


class Required(Problem):
    code = "field.required"
    status = 422


class NoRate(Problem):
    """There is no exchange rate between `base` and `currency` (in params) for `day`; no other day's is taken in its place."""

    code = "money.no_rate"
    status = 422


class ReadOnly(Problem):
    """The actor may read but not write this field, or the field is computed."""

    code = "field.read_only"
    status = 403


class Forbidden(Problem):
    """`right` in params names what is missing."""

    code = "access.forbidden"
    status = 403


class SignInRequired(Problem):
    code = "access.sign_in_required"
    status = 401


class SignInFailed(Problem):
    code = "access.sign_in_failed"
    status = 401


class Throttled(Problem):
    code = "access.throttled"
    status = 429


class CrossSite(Problem):
    code = "access.cross_site"
    status = 403


class LastAdministrator(Problem):
    """Somebody must be able to administer."""

    code = "access.last_administrator"
    status = 409


class Stale(Problem):
    """Somebody changed the record after it was read."""

    code = "record.stale"
    status = 409


class AlreadyExists(Problem):
    """A unique value is taken; by whom is said only to those who may see the holder."""

    code = "record.already_exists"
    status = 409


class Guarded(Problem):
    """The record is locked (an approval runs)."""

    code = "record.guarded"
    status = 409


class Merged(Problem):
    """The record became part of another, which `survivor` in params names."""

    code = "record.merged"
    status = 410


class CannotUndo(Problem):
    """What was done since stands in the way; `rule` in params says what."""

    code = "record.cannot_undo"
    status = 409


class StillReferenced(Problem):
    """Deleting is refused because others point here and the relation says restrict."""

    code = "record.still_referenced"
    status = 409


class InvalidRecords(Problem):
    """One or more rows were refused; `errors` holds each with pointer /rows/<n>/<field>."""

    code = "record.invalid"
    status = 422


class InvalidDefinition(Problem):
    code = "schema.invalid"
    status = 422


class UnreadableDefinitions(Problem):
    """A file with definitions that cannot be taken in at all. `rule` in params says why."""

    code = "schema.file"
    status = 422


class DefinitionConflict(Problem):
    """Another published version came first, or another definition depends on it."""

    code = "schema.conflict"
    status = 409


class Busy(Problem):
    """The statement took too long or a lock was not to be had; trying again may work."""

    code = "request.busy"
    status = 503


class DiskFull(Busy):
    """The server has no room left; it works again once somebody has made some."""

    code = "request.disk_full"


class CatalogMoved(Busy):
    """The definitions were published anew while this was being written; the same again works."""


class ExportTooLarge(Problem):
    """More rows than one export, or one person within a day, may take. `rule` in params says which limit."""

    code = "export.too_large"
    status = 422


class ExportNotReady(Problem):
    """The file is still being made."""

    code = "export.not_ready"
    status = 409


class ExportGone(Problem):
    """There is no file any more: its time is over, or it never came to be."""

    code = "export.gone"
    status = 410


class ExportNarrowed(Problem):
    """The asker's rights over the records in the file became narrower since it was made."""

    code = "export.narrowed"
    status = 409


class ExportNoRoom(Problem):
    """The disk has no room for the file."""

    code = "export.no_room"
    status = 507


class InvalidMap(Problem):
    """An import map that does not fit; `errors` holds each place with its rule."""

    code = "import.map"
    status = 422


class ImportState(Problem):
    """What was asked is not possible in the state the import is in. `rule` in params says why."""

    code = "import.state"
    status = 409


class ImportStopped(Problem):
    """An import that cannot go on. `rule` in params says why."""

    code = "import.stopped"
    status = 409
