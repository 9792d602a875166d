"""Writes what pytest does, event by event, as JSON lines to the file named by UPLIFT_REPORT.

Lives here: recording, choosing tests (UPLIFT_SELECT), and keeping other plug-ins from hiding
failures. Judging what was seen lives elsewhere. Written for pytest 3.6 to 9 on Python 3.6 and
later, so it uses only old-style hooks and guards whatever may be missing. It must never make a
test run fail: every recorder swallows its own errors.
"""

import json
import os
import sys

import pytest

TEXT_LIMIT = 4096
FRAME_LIMIT = 40


class Recorder(object):
    """Appends events to the report. Holds its own references to what tests may patch (pyfakefs)."""

    def __init__(self, path):
        self._path = path
        self._open = os.open
        self._write = os.write
        self._getpid = os.getpid
        self._dumps = json.dumps
        self._pid = os.getpid()
        self._flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self._fd = self._high(self._open(path, self._flags, 0o644))

    @staticmethod
    def _high(fd):
        # A high number: tests that close or count low descriptors do not meet it.
        try:
            import fcntl

            high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200)
            os.close(fd)
            return high
        except Exception:
            return fd

    def write(self, **event):
        # A forked child of a test is not this run.
        if self._getpid() != self._pid:
            return
        try:
            line = (self._dumps(event) + "\n").encode("ascii", "replace")
        except Exception:
            return
        try:
            self._write(self._fd, line)
        except OSError:
            try:
                self._fd = self._open(self._path, self._flags, 0o644)
                self._write(self._fd, line)
            except OSError:
                pass


def _start():
    path = os.environ.pop("UPLIFT_REPORT", None)
    select = os.environ.pop("UPLIFT_SELECT", None)
    worktree = os.environ.get("UPLIFT_WORKTREE") or os.getcwd()
    # Runs of pytest inside tests (pytester, subprocesses) are no part of this report.
    addopts = os.environ.get("PYTEST_ADDOPTS", "")
    if "-p uplift_pytest" in addopts:
        os.environ["PYTEST_ADDOPTS"] = addopts.replace("-p uplift_pytest", "").strip()
    recorder = None
    if path:
        try:
            recorder = Recorder(path)
        except OSError:
            recorder = None
    return recorder, select, os.path.realpath(worktree)


RECORDER, SELECT, WORKTREE = _start()
STDLIB = os.path.dirname(os.path.realpath(os.__file__))
_OWN = None  # the config of the session that this report is about


def _cut(text):
    """Head and tail: the end of a traceback names the error, the start names the place."""
    if len(text) <= TEXT_LIMIT:
        return text
    head = TEXT_LIMIT // 4
    return text[:head] + "\n[...]\n" + text[-(TEXT_LIMIT - head - 7):]


def _path(name):
    """Relative to the work tree; `<site-packages>/...`, `<stdlib>/...` elsewhere."""
    name = str(name)
    for marker in ("/site-packages/", "/dist-packages/"):
        if marker in name.replace("\\", "/"):
            return "<site-packages>/" + name.replace("\\", "/").rsplit(marker, 1)[1]
    if name.startswith("<"):
        return name
    real = os.path.realpath(name)
    if real.startswith(WORKTREE + os.sep):
        return real[len(WORKTREE) + 1:].replace(os.sep, "/")
    if real.startswith(STDLIB + os.sep):
        return "<stdlib>/" + real[len(STDLIB) + 1:].replace(os.sep, "/")
    return name


def _frames(tb):
    frames = []
    while tb is not None:
        code = tb.tb_frame.f_code
        frames.append([_path(code.co_filename), tb.tb_lineno, code.co_name])
        tb = tb.tb_next
    runner = (
        "<site-packages>/_pytest/", "<site-packages>/pluggy/", "<site-packages>/pytest/", "<site-packages>/py/_path/",
        "<stdlib>/unittest/case.py", "<stdlib>/importlib/", "<frozen ",
    )
    frames = [frame for frame in frames if not frame[0].startswith(runner)]
    return frames[-FRAME_LIMIT:]


def _cause(value):
    """pytest wraps errors of collection; what was raised first is what counts."""
    for _ in range(5):
        name = type(value).__name__
        if name == "CollectError":
            inner = getattr(value, "__cause__", None) or getattr(value, "__context__", None)
        elif name == "ConftestImportFailure":
            inner = getattr(value, "cause", None)
            held = getattr(value, "excinfo", None)
            if inner is None and held is not None:
                inner = held[1] if isinstance(held, tuple) else getattr(held, "value", None)
        else:
            inner = None
        if inner is None:
            break
        value = inner
    return value


def _first_line(text):
    for line in str(text).splitlines():
        if line.strip():
            return line.strip()[:1000]
    return ""


def _describe(value):
    """Class, first line of the message and frames of an exception."""
    value = _cause(value)
    info = {"error": type(value).__name__, "frames": _frames(getattr(value, "__traceback__", None))}
    try:
        info["message"] = _first_line(value)
    except Exception:
        info["message"] = ""
    if isinstance(value, SyntaxError) and value.filename:
        info["frames"].append([_path(value.filename), value.lineno or 0, "<syntax>"])
    return info


def _text(longrepr):
    try:
        return _cut(str(longrepr))
    except Exception:
        return ""


def _reason(report):
    longrepr = report.longrepr
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        return str(longrepr[2])
    return _first_line(longrepr)


def _guarded(function):
    """A fault of the recorder's own must not become a fault of the tests."""
    try:
        return function()
    except Exception:
        return None


def _set(option, **values):
    for name, value in values.items():
        if hasattr(option, name):
            setattr(option, name, value)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    # Coverage starts in this hook, so its option goes before. It costs time and can fail the run.
    known = getattr(early_config, "known_args_namespace", None)
    if known is not None and RECORDER is not None:
        _set(known, cov_source=None, no_cov=True)
    outcome = yield
    # `excinfo` is a tuple here in every version of pluggy.
    excinfo = getattr(outcome, "excinfo", None) or getattr(outcome, "_excinfo", None)
    if excinfo and RECORDER is not None:

        def record():
            value = excinfo[1] if isinstance(excinfo, tuple) else excinfo
            place = getattr(value, "path", "")
            RECORDER.write(
                e="crash", path=_path(place) if place else "", stage="collect", text=_text(value), **_describe(value)
            )

        _guarded(record)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    global _OWN
    if _OWN is None and RECORDER is not None:
        _OWN = config
        option = config.option
        # One process, the written order, and all failures: what the comparison of two runs needs.
        _set(option, no_cov=True, cov_source=None, cov_fail_under=None)
        _set(option, numprocesses=0, dist="no", tx=[], distload=False, looponfail=False)
        _set(option, randomly_reorganize=False, randomly_seed=1)
        _set(option, random_order_bucket="none", random_order=False)
        _set(option, maxfail=0, usepdb=False, trace=False)
        _set(option, lf=False, failedfirst=False, newfirst=False, stepwise=False, stepwise_skip=False)
        _set(option, continue_on_collection_errors=True)
    yield


def _own(config):
    return RECORDER is not None and config is _OWN


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session):
    if not _own(session.config):
        return
    rootdir = getattr(session.config, "rootdir", None) or getattr(session.config, "rootpath", "")
    RECORDER.write(
        e="session",
        runner="pytest",
        version=str(getattr(pytest, "__version__", "")),
        python="%d.%d.%d" % tuple(sys.version_info[:3]),
        rootdir=os.path.relpath(os.path.realpath(str(rootdir)), WORKTREE).replace(os.sep, "/"),
    )


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    outcome = yield
    if not _own(collector.config):
        return

    def record():
        report = outcome.get_result()
        call = getattr(report, "call", None)
        excinfo = getattr(call, "excinfo", None)
        if report.outcome == "failed":
            info = _describe(excinfo.value) if excinfo is not None else {"error": "collection error", "frames": []}
            info.setdefault("message", _first_line(report.longrepr))
            RECORDER.write(e="crash", path=collector.nodeid, stage="collect", text=_text(report.longrepr), **info)
        elif report.outcome == "skipped":
            RECORDER.write(e="test", id=collector.nodeid, when="collect", outcome="skipped", message=_reason(report))

    _guarded(record)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session, config, items):
    if not _own(config) or not SELECT:
        return
    try:
        with open(SELECT, "rb") as file:
            lines = file.read().decode("utf-8").split("\n")
    except OSError:
        return
    # One id a line, as JSON strings: an id may hold any character.
    wanted = set(json.loads(line) for line in lines if line.strip())
    present = set(item.nodeid for item in items)
    # A test that was renamed by other parameters is run with all its siblings; a file with all its tests.
    near = set(name.split("[", 1)[0] for name in wanted - present)
    keep, drop = [], []
    for item in items:
        name = item.nodeid
        chosen = name in wanted or name.split("[", 1)[0] in near or name.split("::", 1)[0] in near
        (keep if chosen else drop).append(item)
    if drop:
        config.hook.pytest_deselected(items=drop)
        items[:] = keep


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid):
    if RECORDER is not None and _OWN is not None:
        RECORDER.write(e="start", id=nodeid)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if not _own(item.config):
        return

    def attach():
        report = outcome.get_result()
        if report.outcome == "failed" and call.excinfo is not None:
            report._uplift = _describe(call.excinfo.value)
        report._uplift_own = True

    _guarded(attach)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    # Reports of a pytest that runs inside a test carry no mark of ours.
    if RECORDER is None or not getattr(report, "_uplift_own", False):
        return

    def record():
        event = {
            "e": "test",
            "id": report.nodeid,
            "when": report.when,
            "outcome": report.outcome,
            "ms": int(getattr(report, "duration", 0) * 1000),
        }
        if report.outcome == "failed":
            event.update(getattr(report, "_uplift", None) or {"error": "failed", "frames": []})
            event["text"] = _text(report.longrepr)
            event.setdefault("message", _first_line(report.longrepr))
            if "XPASS(strict)" in str(report.longrepr)[:200]:
                event["error"] = "XPASS(strict)"
        elif report.outcome == "skipped":
            xfail = getattr(report, "wasxfail", None)
            event["message"] = "expected failure: %s" % xfail if xfail is not None else _reason(report)
        RECORDER.write(**event)

    _guarded(record)


@pytest.hookimpl(tryfirst=True)
def pytest_internalerror(excrepr, excinfo):
    if RECORDER is not None and excinfo is not None:
        _guarded(
            lambda: RECORDER.write(e="crash", path="", stage="run", text=_text(excrepr), **_describe(excinfo.value))
        )


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo):
    # `pytest.exit()` arrives here as well.
    if RECORDER is not None:
        _guarded(
            lambda: RECORDER.write(e="crash", path="", stage="run", text=_text(excinfo), **_describe(excinfo.value))
        )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if _own(session.config):
        RECORDER.write(e="finish", exit=int(exitstatus))
