"""How files of a request reach the disk: in blocks, beside their final place, and not a byte more than allowed."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class IncomingFileHandler(FileUploadHandler):
    """Streams each file into one without a name under MEDIA_ROOT/incoming: a killed process leaves nothing behind.

    Not in /tmp, which is memory on many systems. A file larger than UPLOAD_MAX_BYTES is not stored; its name is appended to
    `request.files_too_large`. Nothing is stored of what a person who has not signed in sends.
    """

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is not None and not user.is_authenticated:
            raise SkipFile
        folder = Path(settings.MEDIA_ROOT) / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        stream = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed with the request)
        self.file = UploadedFile(stream, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            self.file.close()
            self.request.files_too_large = [*getattr(self.request, "files_too_large", ()), self.file_name]
            raise SkipFile
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
