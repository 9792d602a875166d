EXPIRED = {"refused": "use another one"}
MOVED = {"pkg:moved": "pkg.sub:a"}
REMOVED = frozenset({"pkg:built"})

def answers(module):
    def ask(name):
        path = f"{module}:{name}"
        if path in MOVED:
            import warnings
            warnings.warn(f"`{path}` is elsewhere now")
            return load(MOVED[path])
        if path == "pkg:BaseSettings" or path in REMOVED:
            raise ImportError(f"{path} has been removed")
        raise AttributeError(name)
    return ask

def load(path):
    try:
        return path
    except KeyError:
        raise AttributeError(path)
