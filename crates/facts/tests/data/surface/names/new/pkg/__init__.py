from .core import keep
from .core import Base as Base, Child
from .late import *
from ._native import fast
VALUE = 1
