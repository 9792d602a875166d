from .core import keep, gone, Moving
from .core import Base as Base, Child
from .late import *
from other import Markup
from . import sub
try:
    from ._speedups import fast
except ImportError:
    from ._native import fast
VALUE = 1
