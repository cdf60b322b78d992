"""What can go wrong with models, each with what to do."""

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import Conflict, Invalid, ScrmError, Unavailable


class NoActiveRelease(ScrmError):
    code, status = "no_active_release", 503
    default_message = _("No model is in use yet. Run: manage.py model_prepare")


class EncoderFilesMissing(ScrmError):
    code, status = "encoder_files_missing", 503
    default_message = _("The model's serving files are missing or damaged. Run: manage.py model_prepare")


class HeadMissing(ScrmError):
    code, status = "query_head_missing", 503
    default_message = _("What the model in use learned of a knowledge base is missing or damaged. Roll back to the release before.")


class EncoderUnavailable(Unavailable):
    """The embedding endpoint does not answer; trying again later may help."""

    code = "encoder_unavailable"
    default_message = _("The embedding endpoint is not answering. Check SCRM_EMBEDDING_BASE_URL, or try again in a moment.")


class EncoderRefused(ScrmError):
    """The embedding endpoint answered and said no; trying again will not help."""

    code, status = "encoder_refused", 502
    default_message = _("The embedding endpoint refused the request. Check SCRM_EMBEDDING_API_KEY and the model's name.")


class SourceUnreachable(ScrmError):
    code, status = "model_source_unreachable", 503
    default_message = _("The model is neither on this machine nor can a model hub be reached.")


class ExportRefused(ScrmError):
    code, status = "export_refused", 500
    default_message = _("The model could not be exported for serving.")


class DimensionsDiffer(Invalid):
    code = "dimensions_differ"
    default_message = _("Query encoder and passage encoder must give vectors of equal dimensions.")


class ReleaseNotReady(Conflict):
    code = "release_not_ready"
    default_message = _("Only a release that is ready, or was in use before, can be put to use.")


class RerankUnavailable(Unavailable):
    code = "rerank_unavailable"
    default_message = _("The reranking model is not answering. Check SCRM_RERANK_MODEL and SCRM_RERANK_BASE_URL.")


class NliUnavailable(Unavailable):
    code = "nli_unavailable"
    default_message = _("The model of the second opinion is not answering. Check SCRM_NLI_MODEL.")


class ChatUnavailable(Unavailable):
    code = "chat_unavailable"
    default_message = _("The language model is not answering. Check OPENAI_BASE_URL, or try again in a moment.")


class ChatBudgetSpent(ChatUnavailable):
    code = "chat_budget_spent"
    default_message = _("The language model has used up its tokens of today (SCRM_CHAT_TOKENS_PER_DAY).")
