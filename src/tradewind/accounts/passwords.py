"""Passwords: Argon2id in a few threads of their own, so that a storm of sign-ins neither fills the memory nor stops the rest."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tradewind.kernel.problems import InvalidValue

MINIMUM_LENGTH = 12
_MAXIMUM_LENGTH = 1000

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1), thread_name_prefix="argon2")
_DUMMY = _hasher.hash(os.urandom(16).hex())


async def hashed(password: str) -> str:
    """The hash to store. Raises InvalidValue for a password that is too short or is one character repeated."""
    if len(password) < MINIMUM_LENGTH:
        raise InvalidValue(pointer="/password", rule="too_short", minimum=MINIMUM_LENGTH)
    if len(password) > _MAXIMUM_LENGTH:
        raise InvalidValue(pointer="/password", rule="too_long", maximum=_MAXIMUM_LENGTH)
    if len(set(password)) < 4:
        raise InvalidValue(pointer="/password", rule="too_simple")
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def matches(stored: str | None, password: str) -> bool:
    """Whether the password fits; the same work is done when there is no stored hash."""
    fits = await asyncio.get_running_loop().run_in_executor(_threads, _verify, stored or _DUMMY, password[:_MAXIMUM_LENGTH])
    return fits and stored is not None


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
