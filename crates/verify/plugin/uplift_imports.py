"""Imports each module named in UPLIFT_MODULES (one a line), each in its own try; writes JSON lines.

Shows in a second what would break every test: a package that cannot be imported at all.
"""

import importlib
import json
import os
import sys
import time
import traceback


def place(name, worktree):
    for marker in ("/site-packages/", "/dist-packages/"):
        if marker in name:
            return "<site-packages>/" + name.rsplit(marker, 1)[1]
    real = os.path.realpath(name)
    if real.startswith(worktree + os.sep):
        return real[len(worktree) + 1:]
    return name


def main():
    report = os.open(os.environ.pop("UPLIFT_REPORT"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    worktree = os.path.realpath(os.environ.get("UPLIFT_WORKTREE") or os.getcwd())
    with open(os.environ.pop("UPLIFT_MODULES"), "rb") as file:
        modules = [line.strip() for line in file.read().decode("utf-8").splitlines() if line.strip()]
    # `python script` puts the script's folder first; a module run from the project has the project there.
    sys.path[0] = os.getcwd()
    write, dumps, clock = os.write, json.dumps, time.time

    def emit(**event):
        write(report, (dumps(event) + "\n").encode("ascii", "replace"))

    emit(e="session", runner="imports", version="", rootdir=".")
    for module in modules:
        name = "import:" + module
        emit(e="start", id=name)
        begun = clock()
        try:
            importlib.import_module(module)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a module that exits cannot be imported
            frames, tb = [], error.__traceback__
            while tb is not None:
                code = tb.tb_frame.f_code
                frames.append([place(code.co_filename, worktree), tb.tb_lineno, code.co_name])
                tb = tb.tb_next
            outside = ("<frozen ", os.path.dirname(os.path.realpath(importlib.__file__)))
            frames = [f for f in frames if not f[0].startswith(outside) and f[0] != place(__file__, worktree)]
            if isinstance(error, SyntaxError) and error.filename:
                frames.append([place(error.filename, worktree), error.lineno or 0, "<syntax>"])
            lines = [line.strip() for line in str(error).splitlines() if line.strip()]
            emit(
                e="test", id=name, when="collect", outcome="failed", ms=int((clock() - begun) * 1000),
                error=type(error).__name__, message=(lines or [""])[0][:1000], frames=frames[-40:],
                text=traceback.format_exc()[-4096:],
            )
        else:
            emit(e="test", id=name, when="call", outcome="passed", ms=int((clock() - begun) * 1000))
    emit(e="finish", exit=0)
    # Threads or handlers that a module started must not keep this process.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


main()
