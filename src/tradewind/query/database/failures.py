"""PostgreSQL's failures as problems, by SQLSTATE."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from tradewind.kernel.problems import AlreadyExists, Busy, DiskFull, InvalidValue, StillReferenced


@contextmanager
def translated() -> Generator[None]:
    """Raises a Problem in place of a failure that the caller can understand; others pass as they are."""
    try:
        yield
    except errors.UniqueViolation as failure:
        raise AlreadyExists(constraint=failure.diag.constraint_name or "") from failure
    except errors.ForeignKeyViolation as failure:
        raise StillReferenced(constraint=failure.diag.constraint_name or "") from failure
    except (errors.NumericValueOutOfRange, errors.DatetimeFieldOverflow, errors.CheckViolation, errors.StringDataRightTruncation) as failure:
        raise InvalidValue(rule="range", constraint=failure.diag.constraint_name or "") from failure
    except errors.ProgramLimitExceeded as failure:
        raise InvalidValue(rule="entry_too_long") from failure
    except (errors.UntranslatableCharacter, errors.CharacterNotInRepertoire, psycopg.DataError) as failure:
        raise InvalidValue(rule="format") from failure
    except (errors.QueryCanceled, errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, PoolTimeout) as failure:
        raise Busy() from failure
    except (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.TooManyConnections, psycopg.InterfaceError) as failure:
        raise Busy() from failure
    except errors.DiskFull as failure:
        raise DiskFull() from failure
    except psycopg.OperationalError as failure:
        raise Busy() from failure
