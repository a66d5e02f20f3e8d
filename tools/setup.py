"""Looks whether this Python is new enough, then makes the environment. Written so that any Python can read it: an old one is told what is needed."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
    sys.exit("tradewind: Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ".")

from environment import make

if __name__ == "__main__":
    make()
