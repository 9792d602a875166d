__all__ = ["starred"]
starred = hidden = 1
