"""How gunicorn serves the site; found by itself when gunicorn starts in this folder (`gunicorn app:app`).

The numbers and their reasons: docs/decisions/. Whatever is given on the command line wins over this file.
"""

import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from gevent import monkey

# First of all, so that whatever is loaded from here on, once for all processes, knows greenlets alone. What the master
# itself waits with stays as it is: workers patch that, too (barcamp/processes.py).
monkey.patch_all(os=False, signal=False, queue=False, time=False)

# gunicorn's own script does not look into this folder before it has read this file
sys.path[:0] = [str(Path(__file__).resolve().parent)]

from barcamp import memory, processes, serve  # noqa: E402
from barcamp.settings import PROJECT, SettingsError, from_environment  # noqa: E402
from barcamp.watch import install as watching  # noqa: E402

try:
    settings = from_environment()
except SettingsError as problem:
    print(problem, file=sys.stderr)
    sys.exit(2)

chdir = str(PROJECT)
bind = [serve.address(settings)]
backlog = serve.BACKLOG
worker_class = processes.Worker
workers = settings.workers + settings.jobs
worker_connections = 6000
keepalive = 2
graceful_timeout = 10
timeout = 60
preload_app = True  # so a reload (HUP) starts workers on the code that is loaded; new code comes by USR2
control_socket_disable = True  # it would be shared by all sites of this account
loglevel = "warning"
logger_class = "barcamp.watch.server_log.Log"  # in the form of BARCAMP_LOG, as our own lines are
accesslog = None  # addresses hold secret tokens
forwarded_allow_ips = ""  # BARCAMP_PROXIES alone says whether a proxy is to be believed

# an open stream is an open file, and a service manager's usual 1024 would end at some hundred of them
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

with_link = os.environ.pop(serve.SHOW_LINK, "") == "1"
predecessor = os.environ.get(processes.PREDECESSOR)


def when_ready(server: Any) -> None:
    # for USR2: gunicorn would start its own file as a program, from whose folder nothing can be imported
    server.START_CTX["args"] = [sys.executable, "-m", "gunicorn", *sys.argv[1:]]
    processes.share(server.app.wsgi())


def pre_exec(server: Any) -> None:
    processes.hand_over_sockets(server)


def on_reload(server: Any) -> None:
    processes.roles.begin_generation(server)


def pre_fork(server: Any, worker: processes.Worker) -> None:
    processes.roles.give(server, worker, settings)


def post_fork(server: Any, worker: processes.Worker) -> None:
    serve.die_with_parent(server.pid)


def post_worker_init(worker: processes.Worker) -> None:
    """Of a web worker. The first one tells that the site is there; those that come later would only repeat it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all of us, and the master tells us
    worker.wsgi.extensions["hub"].is_serving = lambda: worker.alive  # else open streams would hold up the end
    watching.share(settings, "web")
    memory.give_back_now_and_then(worker.wsgi.extensions["store"].let_go)
    if worker.age == 1 and predecessor:
        processes.follow(int(predecessor), worker.ppid)
    elif worker.age == 1:
        processes.say_ready(settings, worker.wsgi, with_link=with_link)


def worker_int(worker: Any) -> None:
    """Told to stop at once. What is not committed is rolled back; gunicorn's own way out prints tracebacks here."""
    os._exit(0)
