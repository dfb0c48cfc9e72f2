"""`python -m barcamp.core.timetable`: the scheduler on files, see cli.py."""

import sys

from barcamp.core.timetable.cli import main

sys.exit(main())
