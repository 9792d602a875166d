import warnings
def keep(): ...
class Base:
    def __init__(self):
        self.set_by_init = 1
    def stays(self): ...
class Child(Base):
    own = 1
def aging():
    warnings.warn("use keep() instead", DeprecationWarning)
