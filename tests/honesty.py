"""A pytest plugin: a skipped test fails the run, unless its reason starts with "not given:".

A missing server or browser must never look like success. "not given:" is for what only a caller can give (an address, a
token) and what the run therefore names as left out.
"""

import pytest

ALLOWED = "not given:"
_silent = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_silent] = {}
    config.pluginmanager.register(_Listener(config), "honesty-listener")


class _Listener:
    """Hears of every report, also of those that xdist's workers send."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, "wasxfail"):
            self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            reason = reason.removeprefix("Skipped: ")
            if not reason.startswith(ALLOWED):
                self.config.stash[_silent][report.nodeid] = reason

    # Last, since pytest's own summary of "no tests ran" and the like sets the status too.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.config.stash[_silent] and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        silent = self.config.stash[_silent]
        if silent:
            terminalreporter.section("skipped, which counts as failed here")
            for test, reason in silent.items():
                terminalreporter.line(f"{test}: {reason}")
