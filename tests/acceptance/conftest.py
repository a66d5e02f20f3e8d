"""The application of a fresh copy of the demo installation, with the administrator signed in."""

from tests.http.conftest import client

__all__ = ["client"]
