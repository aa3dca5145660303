"""Download official files: the only module that touches the network.

A download goes to ``FILE.partial`` and is renamed when it is whole and verified. If it breaks off,
the part is kept with the server's mark of the version, and the next try asks only for the rest.
"""

from __future__ import annotations

import csv
import functools
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from realpolitik.errors import FetchError, OutputError, unknown

if TYPE_CHECKING:
    import requests

#: Seconds to connect, and seconds without a byte, after which a try is given up.
TIMEOUT = (10.0, 30.0)
ATTEMPTS = 3
CHUNK = 64 * 1024
_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

Advance = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Download:
    """One official download, a row of `registry.csv`.

    Attributes
    ----------
    name : str
        As in ``data fetch NAME``.
    file : str
        Name of the download.
    member : str
        Text in the name of the file inside an archive of several; empty for none.
    format : str
        Format it is read as.
    url : str
    sha256 : str
        Where the publisher states it, else empty.
    version, title, citation, terms : str
    """

    name: str
    file: str
    member: str
    format: str
    url: str
    sha256: str
    version: str
    title: str
    citation: str
    terms: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on this machine.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the file as it is.
    verified : bool
        Whether the publisher states a hash and it agrees.
    downloaded : bool
        False where the file was there already.
    """

    path: Path
    sha256: str
    verified: bool
    downloaded: bool


@functools.cache
def registry() -> Mapping[str, Download]:
    """Return the official downloads by name."""
    path = resources.files("realpolitik.providers") / "registry.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return MappingProxyType({row["name"]: Download(**row) for row in rows})


def download(name: str) -> Download:
    """Return one official download.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> download("ucdp_acd").version
    '25.1'
    """
    if name not in registry():
        raise unknown("download", name, registry())
    return registry()[name]


def fetch(
    wanted: Download,
    into: Path,
    *,
    timeout: tuple[float, float] = TIMEOUT,
    pause: float = 1.0,
    advance: Advance | None = None,
) -> Fetched:
    """Download a file, or find it there already.

    Parameters
    ----------
    wanted : Download
    into : Path
        Folder for the download.
    timeout : tuple of float
        Seconds to connect and seconds without a byte.
    pause : float
        Seconds before the second try; doubled for each further one.
    advance : callable, optional
        Called with the bytes so far and the total, if known.

    Raises
    ------
    FetchError
        If the download fails or its hash is not the published one; the message says what happened
        and what was done with the file.
    OutputError
        If the folder cannot be written.
    """
    import pooch

    path = into / wanted.file
    try:
        into.mkdir(parents=True, exist_ok=True)
        there = path.is_file()
        if there and wanted.sha256 and pooch.file_hash(str(path)) != wanted.sha256:
            path.unlink()
            there = False
        downloader = _Downloader(wanted, path, timeout, pause, advance)
        known = f"sha256:{wanted.sha256}" if wanted.sha256 else None
        pooch.get_logger().setLevel("ERROR")
        pooch.retrieve(wanted.url, known, fname=wanted.file, path=into, downloader=downloader)
        return Fetched(path, pooch.file_hash(str(path)), bool(known), not there)
    except ValueError as cause:
        raise FetchError(_wrong_hash(wanted, downloader.got)) from cause
    except OSError as cause:
        why = cause.strerror or cause
        msg = f"cannot write {path}: {why}. Free the disk, or set REALPOLITIK_DATA elsewhere."
        raise OutputError(msg) from cause


def _wrong_hash(wanted: Download, got: str) -> str:
    return (
        f"{wanted.name}: the download does not verify. Expected sha256 {wanted.sha256}, got "
        f"{got}. It was deleted. Either the publisher has a new version, or the file was "
        f"altered on the way: compare with {wanted.url} before you add it by hand."
    )


@dataclass(slots=True)
class _Downloader:
    """What pooch calls to get a file: tries, resumes, counts."""

    wanted: Download
    path: Path
    timeout: tuple[float, float]
    pause: float
    advance: Advance | None
    got: str = field(default="")

    def __call__(self, url: str, output: Any, _pooch: Any) -> None:
        import pooch

        partial = self.path.with_name(self.path.name + ".partial")
        failure = ""
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(self.pause * 2 ** (attempt - 1))
            failure = self._try(url, partial)
            if not failure:
                self.got = pooch.file_hash(str(partial))
                os.replace(partial, output)
                _mark(partial).unlink(missing_ok=True)
                return
        after = "Nothing was kept."
        if "Range" in _resume_headers(partial):
            kept = partial.stat().st_size
            after = f"{kept:,} bytes are kept; ask again to resume there."
        else:
            _forget(partial)
        raise FetchError(
            f"{self.wanted.name}: {failure} ({ATTEMPTS} tries). {after} You can also download "
            f"{url} with a browser and run `realpolitik data add FILE`."
        )

    def _try(self, url: str, partial: Path) -> str:
        """Try once; return what went wrong, or nothing."""
        import requests

        try:
            headers = _resume_headers(partial)
            with requests.get(url, headers=headers, stream=True, timeout=self.timeout) as response:
                return self._receive(response, partial)
        except requests.exceptions.TooManyRedirects:
            raise FetchError(self._final(url, "the server redirects in a circle")) from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as cause:
            raise FetchError(self._final(url, f"the address is not valid ({cause})")) from None
        except requests.exceptions.Timeout:
            return f"the server at {urlsplit(url).hostname} did not answer in time"
        except requests.exceptions.ChunkedEncodingError:
            return "the connection broke off before the file was whole"
        except requests.exceptions.ConnectionError as cause:
            return _unreachable(url, cause)
        except requests.exceptions.RequestException as cause:
            return f"the download failed ({cause})"

    def _final(self, url: str, what: str) -> str:
        return (
            f"{self.wanted.name}: {what}. Nothing was kept. Find the file on the publisher's site "
            f"({url}) and run `realpolitik data add FILE`."
        )

    def _receive(self, response: requests.Response, partial: Path) -> str:
        code = response.status_code
        if code == 416:
            _forget(partial)
            return "the part kept from an earlier try does not fit the file; it was deleted"
        if code in _TRY_AGAIN:
            return f"the server answered {code} {response.reason}"
        if code not in (200, 206):
            what = f"the server answered {code} {response.reason}"
            raise FetchError(self._final(response.url, what))
        begin = partial.stat().st_size if code == 206 else 0
        if code == 206 and not _fits(response, begin):
            _forget(partial)
            return "the server resumed at another place; the part was deleted"
        total = _total(response, begin)
        _keep_mark(response, partial)
        size = begin
        with partial.open("ab" if begin else "wb") as file:
            for chunk in response.iter_content(CHUNK):
                file.write(chunk)
                size += len(chunk)
                if self.advance:
                    self.advance(size, total)
        if total is not None and size != total:
            return f"the file is cut short: {size:,} of {total:,} bytes came"
        return ""


def _unreachable(url: str, cause: Exception) -> str:
    host = urlsplit(url).hostname
    text = str(cause)
    if "refused" in text.lower():
        return f"{host} refused the connection"
    if "Read timed out" in text:
        return f"the server at {host} did not answer in time"
    if "resolve" in text.lower() or "Name or service" in text or "getaddrinfo" in text:
        return f"{host} cannot be found: is this machine connected to the network?"
    if "IncompleteRead" in text or "broken" in text.lower() or "aborted" in text.lower():
        return "the connection broke off before the file was whole"
    return f"{host} cannot be reached ({text[:200]})"


def _mark(partial: Path) -> Path:
    return partial.with_name(partial.name + ".json")


def _forget(partial: Path) -> None:
    partial.unlink(missing_ok=True)
    _mark(partial).unlink(missing_ok=True)


def _resume_headers(partial: Path) -> dict[str, str]:
    """Ask for the rest, on the condition that the file has not changed since."""
    plain = {"Accept-Encoding": "identity", "User-Agent": "realpolitik"}
    try:
        mark = json.loads(_mark(partial).read_text(encoding="utf-8"))["version"]
        size = partial.stat().st_size
    except (OSError, ValueError, KeyError, TypeError):
        return plain
    if not mark or not size:
        return plain
    return plain | {"Range": f"bytes={size}-", "If-Range": str(mark)}


def _keep_mark(response: requests.Response, partial: Path) -> None:
    etag = response.headers.get("ETag", "")
    strong = etag if etag and not etag.startswith("W/") else ""
    version = strong or response.headers.get("Last-Modified", "")
    _mark(partial).write_text(json.dumps({"version": version}), encoding="utf-8")


def _fits(response: requests.Response, begin: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {begin}-")


def _total(response: requests.Response, begin: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return begin + int(length) if length.isdigit() else None
