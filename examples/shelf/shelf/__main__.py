"""Lets `python -m shelf` do what the command line does."""

from shelf.cli import main

main()
