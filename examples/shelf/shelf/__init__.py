"""Shelf, the lending desk of a small library."""

__version__ = "1.8.0"
