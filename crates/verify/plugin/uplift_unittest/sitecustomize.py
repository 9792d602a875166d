"""Writes what unittest (and Django's runner) does, event by event, as JSON lines to UPLIFT_REPORT.

Python imports this at its start because its folder is on PYTHONPATH. Without UPLIFT_REPORT it
does nothing but hand over to the environment's own sitecustomize. Needs Python 3.6 or later.
"""

import os
import sys


def _chain():
    """Runs the sitecustomize that this file stands in front of."""
    import importlib.machinery
    import importlib.util

    here = os.path.dirname(os.path.abspath(__file__))
    paths = [path for path in sys.path if os.path.abspath(path or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", paths)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _install(path):
    import functools
    import json
    import time
    import traceback
    import unittest

    worktree = os.path.realpath(os.environ.get("UPLIFT_WORKTREE") or os.getcwd())
    stdlib = os.path.dirname(os.path.realpath(os.__file__))
    # References of our own: tests may patch the modules.
    write, getpid, clock, dumps = os.write, os.getpid, time.perf_counter, json.dumps
    pid = os.getpid()
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        import fcntl

        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 200)
        os.close(fd)
        fd = high
    except Exception:
        pass
    started = {}

    def emit(**event):
        # Workers of a parallel runner replay their results in the parent, which records them.
        if getpid() != pid:
            return
        try:
            write(fd, (dumps(event) + "\n").encode("ascii", "replace"))
        except (OSError, TypeError, ValueError):
            pass

    def place(name):
        for marker in ("/site-packages/", "/dist-packages/"):
            if marker in name:
                return "<site-packages>/" + name.rsplit(marker, 1)[1]
        if name.startswith("<"):
            return name
        real = os.path.realpath(name)
        if real.startswith(worktree + os.sep):
            return real[len(worktree) + 1:]
        if real.startswith(stdlib + os.sep):
            return "<stdlib>/" + real[len(stdlib) + 1:]
        return name

    def first_line(text):
        for line in text.splitlines():
            if line.strip():
                return line.strip()[:1000]
        return ""

    def describe(err):
        kind, value, tb = err
        frames = []
        while tb is not None:
            code = tb.tb_frame.f_code
            frames.append([place(code.co_filename), tb.tb_lineno, code.co_name])
            tb = tb.tb_next
        frames = [frame for frame in frames if not frame[0].startswith(("<stdlib>/unittest/", "<frozen "))]
        try:
            message = str(value)
        except Exception:
            message = ""
        try:
            text = "".join(traceback.format_exception(kind, value, err[2]))
        except Exception:
            text = message
        if len(text) > 4096:
            text = text[:1024] + "\n[...]\n" + text[-3065:]
        info = {"error": kind.__name__, "message": first_line(message), "frames": frames[-40:], "text": text}
        if info["message"].startswith("Failed to import test module"):
            # unittest hides the real error inside the text of its own.
            last = [line for line in message.splitlines() if line.strip()][-1]
            name, colon, rest = last.partition(":")
            if colon and name.strip():
                info["error"], info["message"] = name.strip().rsplit(".", 1)[-1], rest.strip()
            else:
                info["message"] = last.strip()
            info["text"] = message[-4096:]
        return info

    def name_of(test):
        """Id of a test, and of what stands for no single test: the module or class that broke."""
        try:
            name = test.id()
        except Exception:
            name = str(test)
        if name.startswith("unittest.loader._FailedTest."):
            return name[len("unittest.loader._FailedTest."):], "collect"
        if name.startswith("unittest.loader.ModuleImportFailure."):
            return name[len("unittest.loader.ModuleImportFailure."):], "collect"
        for word in ("setUpClass", "setUpModule", "tearDownClass", "tearDownModule"):
            if name.startswith(word + " (") and name.endswith(")"):
                return name[len(word) + 2:-1], "setup" if word.startswith("setUp") else "teardown"
        return name, None

    def passed_ms(name):
        return int((clock() - started.get(name, clock())) * 1000)

    def bad(test, err):
        name, outside = name_of(test)
        info = describe(err)
        if outside is not None:
            emit(e="crash", path=name, stage=outside, **info)
            return
        functions = [frame[2] for frame in info["frames"]]
        when = "call"
        if functions and functions[0] in ("setUp", "asyncSetUp"):
            when = "setup"
        elif functions and functions[0] in ("tearDown", "asyncTearDown"):
            when = "teardown"
        emit(e="test", id=name, when=when, outcome="failed", ms=passed_ms(name), **info)

    def on_start(test):
        name, outside = name_of(test)
        started[name] = clock()
        # What stands for a module that cannot be imported is no test that starts.
        if outside is None:
            emit(e="start", id=name)

    def good(test):
        name = name_of(test)[0]
        emit(e="test", id=name, when="call", outcome="passed", ms=passed_ms(name))

    def skipped(test, reason):
        name, outside = name_of(test)
        emit(e="test", id=name, when=outside or "call", outcome="skipped", message=str(reason), ms=passed_ms(name))

    def unexpected(test):
        name = name_of(test)[0]
        emit(
            e="test", id=name, when="call", outcome="failed", ms=passed_ms(name),
            error="UnexpectedSuccess", message="marked as an expected failure, but it passed", frames=[], text="",
        )

    def subtest(test, part, err):
        if err is not None:
            bad(test, err)

    def hook(method, record):
        original = getattr(unittest.TestResult, method, None)
        if original is None:
            return

        @functools.wraps(original)
        def recorded(self, *args, **kwargs):
            try:
                record(*args, **kwargs)
            except Exception:
                pass
            return original(self, *args, **kwargs)

        setattr(unittest.TestResult, method, recorded)

    hook("startTest", on_start)
    hook("addSuccess", good)
    hook("addFailure", bad)
    hook("addError", bad)
    hook("addSkip", skipped)
    hook("addExpectedFailure", lambda test, err: skipped(test, "expected failure"))
    hook("addUnexpectedSuccess", unexpected)
    hook("addSubTest", subtest)
    emit(e="session", runner="unittest", version="%d.%d" % tuple(sys.version_info[:2]), rootdir=".")
    import atexit

    atexit.register(lambda: emit(e="finish"))


# Taken out of the environment: children of a test are not this run.
_report = os.environ.pop("UPLIFT_REPORT", None)
if _report:
    try:
        _install(_report)
    except Exception as error:  # the tests run all the same; a report without tests says the rest
        sys.stderr.write("uplift: the results of unittest cannot be recorded: %s\n" % error)
try:
    _chain()
except Exception as error:
    sys.stderr.write("uplift: sitecustomize of the environment failed: %s\n" % error)
