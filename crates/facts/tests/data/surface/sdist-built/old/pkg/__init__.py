from .fast import run, walk
name = 1
