import sys
from setuptools import setup

requires = ["a==1"]
if sys.version_info < (3, 8):
    requires.append("b==1")
extra = open("x").read().split()
tests = ["c==2"] + extra
PIN = "2"

setup(
    install_requires=requires,
    tests_require=tests,
    setup_requires=["d==%s" % PIN, "e==2"],
    python_requires=">=" + PIN + ".7",
)
