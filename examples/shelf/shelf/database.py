"""The tables, and the way to a session on them."""

from contextlib import contextmanager

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Text, create_engine
from sqlalchemy.orm import declarative_base, relationship, sessionmaker
from sqlalchemy.pool import StaticPool

Base = declarative_base()


class Book(Base):
    __tablename__ = "books"
    id = Column(Integer, primary_key=True)
    isbn = Column(String(13), unique=True, nullable=False)
    title = Column(String(200), nullable=False)
    subtitle = Column(String(200))
    author = Column(String(120), nullable=False)
    slug = Column(String(200), nullable=False)
    published_on = Column(Date)
    shelf_mark = Column(String(20))
    notes = Column(Text)
    copies = Column(Integer, nullable=False, default=1)
    loans = relationship("Loan", back_populates="book")


class Member(Base):
    __tablename__ = "members"
    id = Column(Integer, primary_key=True)
    name = Column(String(120), nullable=False)
    email = Column(String(200), unique=True, nullable=False)
    card = Column(String(12), unique=True, nullable=False)
    joined_on = Column(Date, nullable=False)
    active = Column(Boolean, nullable=False, default=True)
    loans = relationship("Loan", back_populates="member")


class Loan(Base):
    __tablename__ = "loans"
    id = Column(Integer, primary_key=True)
    book_id = Column(ForeignKey("books.id"), nullable=False)
    member_id = Column(ForeignKey("members.id"), nullable=False)
    lent_on = Column(Date, nullable=False)
    due_on = Column(Date, nullable=False)
    returned_on = Column(Date)
    renewals = Column(Integer, nullable=False, default=0)
    book = relationship("Book", back_populates="loans")
    member = relationship("Member", back_populates="loans")


class Database:
    def __init__(self, url):
        # One connection for a database in memory, or every session would see its own empty one.
        memory = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        self.engine = create_engine(url, **(memory if url == "sqlite://" else {}))
        self._session = sessionmaker(bind=self.engine)

    def create(self):
        Base.metadata.create_all(self.engine)

    @contextmanager
    def session(self):
        """A session that is committed at the end, or rolled back when something goes wrong."""
        session = self._session()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()
