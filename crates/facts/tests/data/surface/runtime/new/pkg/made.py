import other
for name in dir(other):
    globals()[name] = getattr(other, name)
