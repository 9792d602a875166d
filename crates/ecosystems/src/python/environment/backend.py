"""Drives a PEP 517 build backend inside the sandbox: hook.py FOLDER OUT KIND BACKEND [BACKEND_PATH...]

Exit 0: the wheel's name is the last line of stdout. Exit 3: stdout's last line is a JSON list of
requirements that the backend wants first.
"""
import importlib
import json
import os
import sys


def main():
    folder, out, kind, backend, paths = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:]
    os.chdir(folder)
    legacy = backend == "setuptools.build_meta:__legacy__"
    sys.path[0:1] = [os.path.join(folder, p) for p in paths] + ([folder] if legacy else [])
    module, _, attribute = backend.partition(":")
    hooks = importlib.import_module(module)
    for part in filter(None, attribute.split(".")):
        hooks = getattr(hooks, part)
    editable = kind == "editable" and hasattr(hooks, "build_editable")
    requires = getattr(hooks, "get_requires_for_build_editable" if editable else "get_requires_for_build_wheel", None)
    wanted = list(requires() or []) if requires else []
    met = set(json.loads(os.environ.get("UPLIFT_BUILD_HAS", "[]")))
    missing = [w for w in wanted if w not in met]
    if missing:
        print(json.dumps(missing))
        sys.exit(3)
    name = hooks.build_editable(out) if editable else hooks.build_wheel(out)
    print(name)


main()
