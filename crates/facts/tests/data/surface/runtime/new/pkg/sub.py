from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from other import b
a = 1
from elsewhere import *
