from pkg import run, name
from pkg.fast import walk
from pkg.other import run as again
