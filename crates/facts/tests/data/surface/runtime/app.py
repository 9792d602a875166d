from pkg import listed, refused, built, moved, guessed, BaseSettings
from pkg.made import a
from pkg.lazy import b
from pkg.sub import a as a2, b as b2, f
from pkg.compiled import a as a3
from pkg.stubbed import a as a4, b as b4
from pkg.patched import c, f as f5
