"""A book's particulars from the metadata service, asked politely: cached, and again when it stumbles."""

import requests
import structlog
from cachetools import TTLCache
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from shelf.errors import Refused
from shelf.schemas import NewBook, read

log = structlog.get_logger()
DAY = 24 * 60 * 60


class Stumbled(Exception):
    """The service answered, but not with an answer."""


class MetadataClient:
    def __init__(self, base_url, seconds_between_tries=0.5):
        self.base_url = base_url.rstrip("/")
        self._http = requests.Session()
        self._http.headers["Accept"] = "application/json"
        self._known = TTLCache(maxsize=1000, ttl=DAY)
        self._retrying = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_exponential(multiplier=seconds_between_tries),
            retry=retry_if_exception_type((Stumbled, requests.ConnectionError, requests.Timeout)),
            reraise=True,
        )

    def book(self, isbn):
        """The particulars of `isbn` as a book to add, or `None` where the service knows nothing."""
        key = str(isbn)
        if key not in self._known:
            try:
                self._known[key] = self._retrying(self._ask, key)
            except (Stumbled, requests.RequestException) as wrong:
                raise Refused(f"the metadata service does not answer: {wrong}")
        found = self._known[key]
        return None if found is None else read(NewBook, dict(found, isbn=key))

    def _ask(self, isbn):
        answer = self._http.get(f"{self.base_url}/isbn/{isbn}", timeout=5)
        if answer.status_code == 404:
            return None
        if answer.status_code >= 500:
            log.warning("metadata service stumbled", status=answer.status_code)
            raise Stumbled(f"status {answer.status_code}")
        answer.raise_for_status()
        return answer.json()
