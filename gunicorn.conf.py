"""How gunicorn serves the site; found by itself when gunicorn starts in this folder (`gunicorn app:app`).

The numbers and their reasons: docs/decisions/. Whatever is given on the command line wins over this file.
"""

import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

# gunicorn's own script does not look into this folder before it has read this file
sys.path[:0] = [str(Path(__file__).resolve().parent)]

from barcamp import serve  # noqa: E402
from barcamp.settings import PROJECT, SettingsError, from_environment  # noqa: E402

try:
    settings = from_environment()
except SettingsError as problem:
    print(problem, file=sys.stderr)
    sys.exit(2)

chdir = str(PROJECT)
bind = [serve.address(settings)]
backlog = serve.BACKLOG
worker_class = "gevent"
workers = settings.workers
worker_connections = 6000
keepalive = 2
graceful_timeout = 10
timeout = 60
preload_app = False  # no engine, lock or thread may cross the fork
control_socket_disable = True  # it would be shared by all sites of this account
loglevel = "warning"
accesslog = None  # addresses hold secret tokens
forwarded_allow_ips = ""  # BARCAMP_PROXIES alone says whether a proxy is to be believed

# an open stream is an open file, and a service manager's usual 1024 would end at some hundred of them
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

with_link = os.environ.pop(serve.SHOW_LINK, "") == "1"


def when_ready(server: Any) -> None:
    if settings.jobs:
        serve.beside.start(server)


def post_fork(server: Any, worker: Any) -> None:
    serve.die_with_parent(server.pid)


def post_worker_init(worker: Any) -> None:
    """The first worker that has loaded the site tells; those that come later would only repeat it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of us, and the master tells us
    worker.wsgi.extensions["hub"].is_serving = lambda: worker.alive  # else open streams would hold up the end
    if worker.age == 1:
        serve.say_ready(settings, worker.wsgi, with_link=with_link)


def worker_int(worker: Any) -> None:
    """Told to stop at once. What is not committed is rolled back; gunicorn's own way out prints tracebacks here."""
    os._exit(0)


def on_exit(server: Any) -> None:
    serve.beside.stop()
