"""A TCP port that nobody uses at the moment."""

import socket


def free_port() -> int:
    """Return a free port of 127.0.0.1. Another process may take it before you do, so be ready to try again."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
