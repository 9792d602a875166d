import pkg
import pkg.sub
from pkg import keep, gone, Moving, Markup, fast, VALUE, starred, starred_gone
from pkg.core import aging
one = pkg.Base()
one.stays()
one.goes()
one.set_by_init
two = pkg.Child()
two.goes
two.own
try:
    from pkg.core import gone as ready
except ImportError:
    ready = None
class Mine(pkg.Base):
    pass
Mine.goes
if hasattr(pkg.core, "Moving"):
    pkg.core.Moving
try:
    pkg.late.starred_gone
except AttributeError:
    pass
