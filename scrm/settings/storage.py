"""Uploaded files under SCRM_HOME/media, collected static files under SCRM_HOME/static."""

from scrm.settings import env
from scrm.settings.ai import SCRM_HOME

MEDIA_ROOT = SCRM_HOME / "media"
MEDIA_URL = "/media-is-never-served/"
STATIC_ROOT = SCRM_HOME / "static"
STATIC_URL = "/static/"
STATICFILES_DIRS = [env.BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
UPLOAD_MAX_BYTES = env.number("SCRM_UPLOAD_MAX_MB", 200) * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["scrm.core.incoming.IncomingFileHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 500

# Days after which nobody can bring them back any more; 0 keeps them for ever.
KEEP_VERSIONS_DAYS = env.number("SCRM_KEEP_VERSIONS_DAYS", 180)
KEEP_REMOVED_DAYS = env.number("SCRM_KEEP_REMOVED_DAYS", 90)
