import sys
from ._expired import EXPIRED, answers
from . import made, lazy, sub, stubbed, patched
_lazy = {"listed": "sub", **{name: "sub" for name in ("guessed",)}}
_ask = answers(__name__)

def __getattr__(name):
    import warnings
    if name in EXPIRED:
        raise AttributeError(f"{name} is gone: {EXPIRED[name]}")
    where = _lazy.get(name)
    if where is None:
        return _ask(name)
    value = getattr(sys.modules[f"{__name__}.{where}"], name)
    globals()[name] = value
    return value
