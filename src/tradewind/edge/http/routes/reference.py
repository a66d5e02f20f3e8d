"""Reference data for forms and programs: countries, subdivisions, languages, time zones, tax schemes, address formats, units, ports, HS codes."""

from __future__ import annotations

from litestar import Response, get

from tradewind.edge.http.guard import needs
from tradewind.edge.http.problems import language_of
from tradewind.edge.http.running import AnyRequest, encoded, tagged
from tradewind.kernel.messages import LANGUAGES
from tradewind.kernel.problems import NotFound
from tradewind.kinds.reference.lists import LISTS, Asked


@get("/api/reference/{name:str}", opt=needs("signed_in"))
async def reference(request: AnyRequest, name: str, language: str = "", country: str = "", search: str = "") -> Response[bytes]:
    """A list with names in the reader's language, or in the one asked for; of a country, or found by a text, where the list knows that."""
    make = LISTS.get(name)
    if make is None:
        raise NotFound(object=name)
    spoken = language if language in LANGUAGES else language_of(request)
    return tagged(request, encoded(make(Asked(spoken, country[:2].upper(), search[:100]))))


ROUTES = [reference]
