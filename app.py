"""The door: `python3 app.py` prepares all and serves; `gunicorn app:app` and `flask --app app` find the app here."""

import sys

if __name__ == "__main__":
    from barcamp.setup_env import ensure

    ensure("requirements.txt")  # before anything that needs a package

    from barcamp.serve import main

    sys.exit(main())
else:
    from barcamp import create_app

    app = create_app()
