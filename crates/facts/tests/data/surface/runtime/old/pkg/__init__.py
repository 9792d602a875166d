listed = refused = built = moved = guessed = BaseSettings = 1
from . import made, lazy, sub, compiled, stubbed, patched
