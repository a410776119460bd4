"""Uploads of any size onto the disk, never into memory: each file grows in a folder of its own and is counted."""

import hashlib
import uuid
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

CHUNK_BYTES = 256 * 1024

READ_OUT_TIMES = 4
"""An upload this many times too large is cut off without a word: an answer means reading it to its end."""

FORM_BYTES = 1024 * 1024
"""What a form brings besides its files."""


class ReceivedFile(UploadedFile):
    """One file as it came in; its bytes lie at `path`."""

    def __init__(self, path: Path, name: str, size_bytes: int, sha256: str) -> None:
        super().__init__(file=None, name=name, size=size_bytes)
        self.path = path
        self.sha256 = sha256

    def close(self) -> None:
        """Do nothing: the file was closed when it was complete."""


class BoundedUpload(FileUploadHandler):
    """Writes every file of a request into `folder`, up to `limit_bytes` for all of them together.

    `too_large` and `disk_fault` say afterwards why nothing came in. Whoever does not take the files calls `drop`.
    """

    chunk_size = CHUNK_BYTES

    def __init__(self, request: HttpRequest, folder: Path, limit_bytes: int) -> None:
        super().__init__(request)
        self.folder = folder
        self.limit_bytes = limit_bytes
        self.too_large = False
        self.disk_fault = ""
        self.written_bytes = 0
        self.paths: list[Path] = []
        self.growing: BinaryIO | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        path = self.folder / uuid.uuid4().hex
        self.paths.append(path)
        try:
            self.growing = path.open("xb")
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - files only grow
        self.written_bytes += len(raw_data)
        if self.written_bytes > self.limit_bytes:
            self.too_large = True
            self.drop()
            raise StopUpload(connection_reset=False)
        self.digest.update(raw_data)
        assert self.growing is not None
        try:
            self.growing.write(raw_data)
        except OSError as error:
            self._give_up(error)

    def file_complete(self, file_size: int) -> ReceivedFile:
        assert self.growing is not None
        try:
            self.growing.close()
        except OSError as error:
            self._give_up(error)
        self.growing = None
        return ReceivedFile(self.paths[-1], str(self.file_name), file_size, self.digest.hexdigest())

    def upload_interrupted(self) -> None:
        self.drop()

    def _give_up(self, error: OSError) -> None:
        self.disk_fault = error.strerror or type(error).__name__
        self.drop()
        raise StopUpload(connection_reset=False) from error

    def drop(self) -> None:
        """Delete what came in and was not taken."""
        if self.growing is not None:
            self.growing.close()
            self.growing = None
        for path in self.paths:
            path.unlink(missing_ok=True)


def announced_bytes(request: HttpRequest) -> int:
    """Return how long the request says it is; 0 when it does not say."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if str(said).isascii() and str(said).isdecimal() else 0


def comes_from_our_page(request: HttpRequest) -> bool:
    """Return whether a request has a cookie of ours, as whoever opened a page of ours here has, signed in or not.

    The session's goes when somebody signs out in another tab; that of the forms stays.
    """
    return any(name in request.COOKIES for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME))


def read_out(request: HttpRequest, limit_bytes: int) -> None:
    """Read a request to its end and keep nothing: a browser shows an answer only after it has sent everything.

    A request that comes from none of our pages is read no farther than a form reaches.
    """
    most_bytes = READ_OUT_TIMES * limit_bytes if comes_from_our_page(request) else FORM_BYTES
    left_bytes = min(announced_bytes(request), most_bytes)
    while left_bytes > 0:
        try:
            chunk = request.read(min(CHUNK_BYTES, left_bytes))
        except OSError:
            return
        if not chunk:
            return
        left_bytes -= len(chunk)
