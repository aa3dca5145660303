"""Downloads from a server on this machine that misbehaves in every way named."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from realpolitik.errors import FetchError, OutputError, UnknownName
from realpolitik.providers import fetch
from realpolitik.providers.fetch import Download

BODY = b"".join(b"line %06d\n" % n for n in range(60_000))
SHA = hashlib.sha256(BODY).hexdigest()
QUICK = (1.0, 0.3)


@dataclass
class Log:
    """What the server saw and how it should behave."""

    base: str = ""
    ranges: list[str | None] = field(default_factory=list)
    failures: int = 0
    etag: str = '"v1"'
    cut: int = len(BODY) // 2


class Handler(BaseHTTPRequestHandler):
    """Behaviour by path."""

    log: Log

    def do_GET(self) -> None:
        self.log.ranges.append(self.headers.get("Range"))
        name = self.path.strip("/")
        behaviour = getattr(self, f"do_{name}", None)
        if behaviour is None:
            self.send_error(404, "Not Found")
        else:
            behaviour()

    def whole(self, body: bytes, code: int = 200, **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", self.log.etag)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_good(self) -> None:
        self.whole(BODY)

    def do_gone(self) -> None:
        self.send_error(410, "Gone")

    def do_error(self) -> None:
        self.send_error(500, "Broken Inside")

    def do_flaky(self) -> None:
        self.log.failures += 1
        if self.log.failures < 3:
            self.send_error(503, "Busy")
        else:
            self.whole(BODY)

    def do_slow(self) -> None:
        time.sleep(1.0)

    def do_stalls(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[:1000])
        self.wfile.flush()
        time.sleep(1.0)

    def do_circle(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/circle")
        self.end_headers()

    def do_truncated(self) -> None:
        """Promise the whole, send half, always from the start."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[: self.log.cut])

    def do_resumable(self) -> None:
        """Break off once; then answer a conditional range."""
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range") == self.log.etag:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
            span = f"bytes {begin}-{len(BODY) - 1}/{len(BODY)}"
            self.whole(BODY[begin:], 206, Content_Range=span)
            return
        self.log.failures += 1
        if self.log.failures > 1:
            self.whole(BODY)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("ETag", self.log.etag)
        self.end_headers()
        self.wfile.write(BODY[: self.log.cut])

    def do_breaks(self) -> None:
        """Send the first half only, with a version, whatever is asked."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.send_header("ETag", self.log.etag)
        self.end_headers()
        self.wfile.write(BODY[: self.log.cut])

    def do_misplaced(self) -> None:
        """Answer a range with another one."""
        if self.headers.get("Range"):
            self.whole(BODY[5:], 206, Content_Range=f"bytes 5-{len(BODY) - 1}/{len(BODY)}")
        else:
            self.whole(BODY)

    def do_unsatisfiable(self) -> None:
        if self.headers.get("Range"):
            self.send_error(416, "Range Not Satisfiable")
        else:
            self.whole(BODY)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    log = Log()
    handler = type("Bound", (Handler,), {"log": log})
    web = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    web.daemon_threads = True
    log.base = f"http://127.0.0.1:{web.server_address[1]}"
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield log
    web.shutdown()
    web.server_close()
    thread.join()


def wanted(url: str, sha256: str = "") -> Download:
    return Download("sample", "sample.csv", "", "atop", url, sha256, "1", "Sample", "-", "free")


def get(url: str, into: Path, sha256: str = "") -> fetch.Fetched:
    return fetch.fetch(wanted(url, sha256), into, timeout=QUICK, pause=0.01)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_good_download_is_verified_and_kept(server: Log, tmp_path: Path) -> None:
    got = get(f"{server.base}/good", tmp_path, SHA)
    assert (got.path.read_bytes(), got.sha256) == (BODY, SHA)
    assert (got.verified, got.downloaded) == (True, True)
    assert left(tmp_path) == ["sample.csv"]
    again = get(f"{server.base}/good", tmp_path, SHA)
    assert (again.verified, again.downloaded, len(server.ranges)) == (True, False, 1)


def test_without_a_published_hash_it_says_so(server: Log, tmp_path: Path) -> None:
    got = get(f"{server.base}/good", tmp_path)
    assert (got.verified, got.sha256) == (False, SHA)


def test_a_changed_local_file_is_fetched_again(server: Log, tmp_path: Path) -> None:
    (tmp_path / "sample.csv").write_bytes(b"old")
    got = get(f"{server.base}/good", tmp_path, SHA)
    assert got.downloaded
    assert got.path.read_bytes() == BODY


def test_a_wrong_hash_names_both_and_deletes(server: Log, tmp_path: Path) -> None:
    wrong = "0" * 64
    with pytest.raises(FetchError, match=rf"Expected sha256 {wrong}, got {SHA}. It was deleted"):
        get(f"{server.base}/good", tmp_path, wrong)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "match", "tries"),
    [
        ("absent", "answered 404 Not Found", 1),
        ("gone", "answered 410 Gone", 1),
        ("error", r"answered 500 Broken Inside \(3 tries\). Nothing was kept", 3),
        ("circle", "redirects in a circle", 31),
        ("slow", r"did not answer in time \(3 tries\)", 3),
        ("stalls", r"did not answer in time \(3 tries\)", 3),
    ],
)
def test_failures_say_what_happened(
    path: str, match: str, tries: int, server: Log, tmp_path: Path
) -> None:
    with pytest.raises(FetchError, match=rf"sample: .*{match}"):
        get(f"{server.base}/{path}", tmp_path, SHA)
    assert len(server.ranges) == tries
    assert "sample.csv" not in left(tmp_path)


def test_a_busy_server_is_tried_again(server: Log, tmp_path: Path) -> None:
    assert get(f"{server.base}/flaky", tmp_path, SHA).verified
    assert len(server.ranges) == 3


def test_a_truncated_body_is_never_taken_for_whole(server: Log, tmp_path: Path) -> None:
    match = "broke off before the file was whole.*Nothing was kept"
    with pytest.raises(FetchError, match=match):
        get(f"{server.base}/truncated", tmp_path)
    assert left(tmp_path) == []


def test_what_came_is_kept_if_the_server_names_its_version(server: Log, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"broke off.*[1-9][\d,]+ bytes are kept; ask again"):
        get(f"{server.base}/breaks", tmp_path)
    assert left(tmp_path) == ["sample.csv.partial", "sample.csv.partial.json"]
    part = (tmp_path / "sample.csv.partial").read_bytes()
    assert part == BODY[: len(part)]


def test_a_broken_download_resumes_where_it_stopped(server: Log, tmp_path: Path) -> None:
    got = get(f"{server.base}/resumable", tmp_path, SHA)
    assert got.path.read_bytes() == BODY
    first, second = server.ranges
    begin = int(str(second).removeprefix("bytes=").removesuffix("-"))
    assert first is None
    assert server.cut - fetch.CHUNK < begin <= server.cut
    assert left(tmp_path) == ["sample.csv"]


def keep_part(folder: Path, etag: str, size: int = 1000) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "sample.csv.partial").write_bytes(BODY[:size])
    (folder / "sample.csv.partial.json").write_text(json.dumps({"version": etag}))


def test_a_part_from_an_earlier_run_is_continued(server: Log, tmp_path: Path) -> None:
    keep_part(tmp_path, server.etag)
    assert get(f"{server.base}/resumable", tmp_path, SHA).path.read_bytes() == BODY
    assert server.ranges == ["bytes=1000-"]


def test_a_part_of_another_version_is_thrown_away(server: Log, tmp_path: Path) -> None:
    keep_part(tmp_path, '"v0"')
    server.failures = 1
    assert get(f"{server.base}/resumable", tmp_path, SHA).path.read_bytes() == BODY


@pytest.mark.parametrize("path", ["misplaced", "unsatisfiable"])
def test_a_server_that_resumes_wrongly_starts_over(path: str, server: Log, tmp_path: Path) -> None:
    keep_part(tmp_path, server.etag)
    assert get(f"{server.base}/{path}", tmp_path, SHA).path.read_bytes() == BODY
    assert server.ranges == ["bytes=1000-", None]


def test_a_part_without_a_version_is_not_trusted(server: Log, tmp_path: Path) -> None:
    (tmp_path / "sample.csv.partial").write_bytes(b"something else")
    assert get(f"{server.base}/good", tmp_path, SHA).path.read_bytes() == BODY
    assert server.ranges == [None]


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchError, match=r"refused the connection.*data add FILE"):
        get(f"http://127.0.0.1:{port}/x", tmp_path)


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    with pytest.raises(FetchError, match="is this machine connected to the network"):
        get("http://data.example.org/x.csv", tmp_path)


def test_an_address_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="address is not valid"):
        get("http://", tmp_path)


def test_a_folder_that_cannot_be_made(server: Log, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        get(f"{server.base}/good", tmp_path / "file" / "downloads")


def test_progress_is_reported_to_the_end(server: Log, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    fetch.fetch(
        wanted(f"{server.base}/good"), tmp_path, timeout=QUICK,
        advance=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert seen[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_registry_is_complete() -> None:
    from realpolitik.providers.files import chosen

    for name, entry in fetch.registry().items():
        assert entry.name == name
        assert chosen(entry.format)[0].name == entry.format
        assert entry.url.startswith(("https://", "http://"))
        assert len(entry.sha256) in {0, 64}
        assert all((entry.file, entry.version, entry.title, entry.citation, entry.terms))
    with pytest.raises(UnknownName, match="Did you mean: ucdp_acd"):
        fetch.download("ucdp_acp")
