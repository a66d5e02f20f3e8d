"""`python -m tradewind`."""

from tradewind.edge.cli import main

raise SystemExit(main())
