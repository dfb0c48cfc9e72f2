"""The environment the project runs in: `.venv`, filled from the hash-pinned requirement files.

`app.py` and `python -m tests` call `ensure()` before they import anything else. Standard library only, and in words
that any Python 3.6 can read: it must live long enough to tell an old Python that it is too old.

What is on disk beside the code:
- `.venv/barcamp.json`: the stamp, written last: which files (by hash) are installed, for which Python, at which place.
- `.venv.lock`: held while someone prepares, also by pip or uv, so that an orphan of a killed start is waited for.
  It says "unfinished" from the first touch to the last; found without a holder, `.venv` is half made and made again.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Iterator, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "barcamp.json"
LOCK = ROOT / ".venv.lock"
OLDEST_PYTHON = (3, 11)
TAIL_LINES = 12
SECONDS_BETWEEN_SIGNS_OF_LIFE = 5.0


def ensure(*requirement_files: str) -> None:
    """Return only when this process runs inside `.venv` with all these files installed.

    Otherwise prepare `.venv` and start this very command again inside it (the process is replaced, so it keeps its
    id, current folder and words). Files are named relative to the project's top. Ends the process with one clear
    last line when that cannot be done.
    """
    stop_if_unfit(sys.version_info[:2], os.name)
    wanted = wanted_stamp(requirement_files)

    if is_prepared(wanted):
        if runs_inside_venv():
            if sys.implementation.cache_tag == read_stamp().get("python"):
                return
        else:
            start_again_inside()

    prepare(requirement_files, wanted)
    start_again_inside(must=True)


def stop_if_unfit(version: "tuple[int, ...]", system: str) -> None:
    """End the process with one line where the project cannot run at all."""
    if tuple(version) < OLDEST_PYTHON:
        stop(
            "BarCamp needs Python {}.{} or newer, and this is Python {}.{}.".format(*OLDEST_PYTHON, *version)
            + " Start it with a newer one, for example: python3.12 app.py"
        )
    if system != "posix":
        stop("BarCamp's server runs on Linux and macOS. On Windows, use the Windows Subsystem for Linux (WSL).")


def wanted_stamp(requirement_files: "tuple[str, ...]") -> "dict[str, str]":
    """Return file name -> SHA-256 of its content."""
    try:
        return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in requirement_files}
    except OSError as error:
        stop(f"{error.filename} cannot be read: this checkout is not complete.")


def read_stamp() -> "dict[str, object]":
    """Return the stamp of a finished `.venv`, or {} where there is none or it is not readable."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def is_prepared(wanted: "dict[str, str]") -> bool:
    """Tell whether the stamp covers these files; more may be installed, so app and tests share one `.venv`."""
    stamp = read_stamp()
    files = stamp.get("files")
    # The place counts because scripts in a copied .venv still start the Python of the original.
    return stamp.get("place") == str(VENV) and isinstance(files, dict) and wanted.items() <= files.items()


def runs_inside_venv() -> bool:
    try:
        return os.path.samefile(sys.prefix, str(VENV))
    except OSError:
        return False


def start_again_inside(must: bool = False) -> None:
    """Replace this process by the same command in `.venv`. Return only where its Python cannot be started."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(str(PYTHON), [str(PYTHON), *sys.orig_argv[1:]])
    except OSError as error:
        if must:
            stop(f"{PYTHON} was made but cannot be started: {error.strerror}.")


def prepare(requirement_files: "tuple[str, ...]", wanted: "dict[str, str]") -> None:
    """Make or repair `.venv` and install the files, alone: whoever comes second waits and finds it done."""
    began = time.monotonic()
    try:
        with the_lock() as lock:
            half_made = bool(lock.read())
            if not half_made and is_prepared(wanted) and venv_python_tag() == read_stamp().get("python"):
                return

            if half_made:
                say("The last preparation of .venv did not finish; making it afresh.")
            rewrite(lock, "unfinished\n")
            usable = not half_made and is_usable()
            if STAMP.exists() and (usable or not VENV.is_symlink()):  # of another's .venv only our link is taken away
                STAMP.unlink()
            problem = fill(requirement_files, usable, lock)
            if problem:
                # pip and uv collect everything before they change anything, so what is there can be built upon.
                rewrite(lock, "")
                stop(problem)
            stamp = {"place": str(VENV), "python": venv_python_tag(), "files": wanted}
            STAMP.write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")
            rewrite(lock, "")
    except KeyboardInterrupt:
        print("\nStopped. The next start makes .venv afresh.")
        sys.exit(130)
    except OSError as error:
        stop(f"Cannot prepare .venv in {ROOT}: {error}.")
    say(f"Ready after {time.monotonic() - began:.0f} s.")


@contextmanager
def the_lock() -> "Iterator[IO[str]]":
    """Hold `.venv.lock`, positioned at its start; wait for another holder, and say so."""
    import fcntl  # not on Windows, where stop_if_unfit has its say first

    with LOCK.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is preparing .venv; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        yield lock


def rewrite(lock: "IO[str]", words: str) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(words)
    lock.flush()


def venv_python_tag() -> "str | None":
    """Return which Python `.venv` starts today ("cpython-311"), or None where it starts none."""
    ask = "import sys; print(sys.implementation.cache_tag if sys.prefix != sys.base_prefix else '')"
    try:
        answer = subprocess.run([str(PYTHON), "-I", "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    return answer.stdout.decode().strip() or None if answer.returncode == 0 else None


def is_usable() -> bool:
    """Tell whether the `.venv` that stands there (ours, or one the user made) can be filled as it is."""
    stamp = read_stamp()
    tag = venv_python_tag()
    site_packages = VENV.glob("lib/python3.*/site-packages")
    return (
        tag is not None
        and stamp.get("python", tag) == tag
        and stamp.get("place", str(VENV)) == str(VENV)
        # Debian's upgrade from one Python to the next leaves a .venv whose libraries the new one does not see.
        and any("cpython-3" + path.parent.name[len("python3.") :] == tag for path in site_packages)
    )


def fill(requirement_files: "tuple[str, ...]", usable: bool, lock: "IO[str]") -> "str | None":
    """Install the files with uv where there is one, else (or when it fails) with pip. Return what went wrong."""
    uv = find_uv()
    if uv and fill_with_uv(uv, requirement_files, usable, lock):
        return None
    if uv:
        say("uv could not do it; trying again with pip.")
        usable = usable and is_usable()
    return fill_with_pip(requirement_files, usable, lock)


def find_uv() -> "str | None":
    """Return a uv that really starts: a version manager's stand-in on PATH may not."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    try:
        works = subprocess.run([uv, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return None
    return uv if works else None


def fill_with_uv(uv: str, requirement_files: "tuple[str, ...]", usable: bool, lock: "IO[str]") -> bool:
    if not usable:
        say_making("uv")
        remove_venv()
        if not run([uv, "venv", "--quiet", "--python", base_python(), str(VENV)], lock):
            return False
    say_installing(requirement_files, "uv")
    install = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "--compile-bytecode"]
    return run([*install, *dash_r(requirement_files)], lock)


def fill_with_pip(requirement_files: "tuple[str, ...]", usable: bool, lock: "IO[str]") -> "str | None":
    no_venv_module = "Python's venv module is incomplete. On Debian or Ubuntu: sudo apt install python3-venv"
    if not usable:
        if find_spec("venv") is None or find_spec("ensurepip") is None:
            return no_venv_module
        say_making("venv")
        remove_venv()
        if not run([base_python(), "-I", "-m", "venv", str(VENV)], lock):
            return f"{VENV} could not be made. If it is Python's venv module: sudo apt install python3-venv"

    pip = [str(PYTHON), "-I", "-m", "pip"]
    if not succeeds([*pip, "--version"]) and not run([str(PYTHON), "-I", "-m", "ensurepip"], lock):
        return no_venv_module
    say_installing(requirement_files, "pip")
    options = ["--no-user", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    if run([*pip, "install", *options, *dash_r(requirement_files)], lock):
        return None
    return "The packages could not be installed (see above). Is the network there? Start again to try again."


def base_python() -> str:
    """Return the Python under this one: a .venv must not stand on a .venv, least of all on itself."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def remove_venv() -> None:
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(str(VENV))


def dash_r(requirement_files: "tuple[str, ...]") -> "list[str]":
    return [word for name in requirement_files for word in ("-r", str(ROOT / name))]


def succeeds(command: "list[str]") -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def run(command: "list[str]", lock: "IO[str]") -> bool:
    """Run a slow command with signs of life; print the end of what it said only where it fails."""
    tail: "deque[str]" = deque(maxlen=TAIL_LINES)
    collected, last_sign = 0, time.monotonic()
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    with subprocess.Popen(
        command,
        cwd=str(ROOT),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(lock.fileno(),),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            text = line.decode("utf-8", "replace").rstrip()
            tail.append(text)
            collected += text.startswith("Collecting ")
            if collected and time.monotonic() - last_sign > SECONDS_BETWEEN_SIGNS_OF_LIFE:
                last_sign = time.monotonic()
                say(f"  {collected} packages collected so far")
    if process.returncode != 0:
        print("\n".join(tail), flush=True)
    return process.returncode == 0


def say_making(tool: str) -> None:
    say("Making .venv with Python {}.{}.{} ({}).".format(*sys.version_info[:3], tool))


def say_installing(requirement_files: "tuple[str, ...]", tool: str) -> None:
    say(f"Installing {' and '.join(requirement_files)} with {tool}; this happens once and takes up to a minute.")


def say(line: str) -> None:
    print(line, flush=True)


def stop(line: str) -> "NoReturn":
    sys.exit(line)
