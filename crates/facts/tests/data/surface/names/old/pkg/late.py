__all__ = ["starred", "starred_gone"]
starred = starred_gone = hidden = 1
