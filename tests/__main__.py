"""`python3 -m tests`: prepare `.venv`, find a PostgreSQL and a browser, then run every check of the project.

`python3 -m tests WORDS…` runs only pytest, with these words: `python3 -m tests -k wall`, `python3 -m tests tests/core`.
`python3 -m tests --only-lint` runs the checks that read the code and no tests.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Also from another folder, where it is called as `python3 path/to/tests`.
sys.path[:] = [str(ROOT), *(place for place in sys.path if place not in ("", str(ROOT), str(ROOT / "tests")))]

if __name__ == "__main__":
    from barcamp.setup_env import ensure

    ensure("requirements.txt", "tests/requirements.txt")  # before anything that needs a package

    os.chdir(ROOT)
    from tests.run import main

    sys.exit(main(sys.argv[1:]))
