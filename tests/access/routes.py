"""Every route of the project and who may open it. A: administrator, K: knowledge manager, G: agent, U: user, V: auditor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

LETTERS = {"A": "administrator", "K": "knowledge_manager", "G": "agent", "U": "user", "V": "auditor"}
EVERYONE = "AKGUV"
ASKERS = "AKGU"


@dataclass(frozen=True)
class Route:
    """`allowed`: letters. `of`: which row of a side the address names ("" = none). `data`: what a POST sends; None for a GET.
    `rest`: what stands in the address behind the row.
    """

    allowed: str
    of: str = ""
    data: dict | None = None
    rest: tuple = ()

    @property
    def is_post(self) -> bool:
        return self.data is not None


def post(allowed: str, of: str = "", **data) -> Route:
    return Route(allowed, of, data)


ROUTES: dict[str, Route] = {
    "dashboard:home": Route(EVERYONE),
    "dashboard:password": Route(EVERYONE),
    "dashboard:sign_out": post(EVERYONE),
    "dashboard:notices": Route(EVERYONE),
    "dashboard:notices_count": Route(EVERYONE),
    "dashboard:notices_read": post(EVERYONE),
    "dashboard:notice": Route(EVERYONE, "notice"),
    "training:rating": Route(ASKERS, "question"),
    "training:annotation": Route("AK"),
    "training:annotation_gather": post("AK"),
    "training:annotation_export": Route("AK"),
    "training:annotation_plan": post("AK", "base", people="1"),
    "training:agreement": Route("AK"),
    "training:disputes": Route("AK"),
    "training:dispute": Route("AK", "dispute"),
    "training:imports": Route("AK"),
    "training:import": Route("AK", "annotation_import"),
    "training:import_rows": Route("AK", "annotation_import"),
    "training:import_take": post("AK", "annotation_import"),
    "training:import_discard": post("AK", "annotation_import"),
    "training:objections": Route("AG"),
    "training:objection": Route("AG", "customer"),
    "training:cleaning": Route("AK"),
    "training:annotation_decide": post("AK", "annotation", verb="reject"),
    "training:feedback": Route("AKG"),
    "training:indicators": Route("AK"),
    "training:bandit": Route("AK"),
    "training:bandit_switch": post("AK", on="0"),
    "training:bandit_reset": post("AK"),
    "training:bandit_default": post("AK", arm="usual"),
    "training:unknown": Route("AK"),
    "training:unknown_gather": post("AK"),
    "training:unknown_one": Route("AK", "unknown"),
    "training:unknown_dismiss": post("AK", "unknown"),
    "training:nights": Route("AK"),
    "training:nights_rows": Route("AK"),
    "training:night_start": post("AK"),
    "training:night_stop": post("AK"),
    "training:approve": post("A", run="none"),
    "training:decline": post("A", run="none"),
    "training:canary_try": post("A", run="none"),
    "training:canary_stop": post("A", run="none"),
    "training:rollback": post("A"),
    "knowledge:bases": Route("AKG"),
    "knowledge:panel": Route("AKG"),
    "knowledge:base_new": Route("AK"),
    "knowledge:base": Route("AKG", "base"),
    "knowledge:base_rows": Route("AKG", "base"),
    "knowledge:upload": post("AK", "base"),
    "knowledge:findings": Route("AKG", "base"),
    "knowledge:findings_rows": Route("AKG", "base"),
    "knowledge:findings_run": post("AK", "base"),
    "knowledge:finding_dismiss": post("AK", "finding"),
    "knowledge:finding_reopen": post("AK", "finding"),
    "knowledge:finding_settle": post("AK", "finding"),
    "knowledge:due_panel": Route("AKG"),
    "knowledge:batches": Route("AKG", "base"),
    "knowledge:batch_new": post("AK", "base", files="2"),
    "knowledge:batch": Route("AKG", "batch"),
    "knowledge:batch_rows": Route("AKG", "batch"),
    "knowledge:batch_pause": post("AK", "batch"),
    "knowledge:batch_resume": post("AK", "batch"),
    "knowledge:batch_cancel": post("AK", "batch"),
    "knowledge:batch_retry": post("AK", "batch"),
    "knowledge:document": Route(ASKERS, "document"),
    "knowledge:documents_many": post("AK", "base"),
    "knowledge:bulk": Route("AKG", "bulk"),
    "knowledge:bulk_rows": Route("AKG", "bulk"),
    "knowledge:bulk_cancel": post("AK", "bulk"),
    "knowledge:bulk_go_on": post("AK", "bulk"),
    "knowledge:page_image": Route(ASKERS, "scan", rest=(1,)),
    "knowledge:document_change": post("AK", "document"),
    "knowledge:restore": post("AK", "document"),
    "knowledge:remove": post("AK", "document"),
    "knowledge:version_diff": Route("AKG", "version"),
    "knowledge:retry": post("AK", "version"),
    "knowledge:publish_again": post("AK", "version"),
    "knowledge:faq": Route("AKG", "base"),
    "knowledge:faq_rows": Route("AKG", "base"),
    "knowledge:faq_new": Route("AK", "base"),
    "knowledge:faq_export": Route("AKG", "base"),
    "knowledge:faq_import": post("AK", "base"),
    "knowledge:faq_suggest": post("AK", "base"),
    "knowledge:faq_edit": Route("AK", "faq"),
    "knowledge:faq_wording": post("AK", "faq", wording="我方建议问法", decision="dismiss"),
    "knowledge:faq_remove": post("AK", "faq"),
    "knowledge:faq_restore": post("AK", "faq"),
    "knowledge:web": Route("AKG", "base"),
    "knowledge:web_rows": Route("AKG", "base"),
    "knowledge:web_new": Route("AK", "base"),
    "knowledge:web_source": Route("AKG", "web_source"),
    "knowledge:web_pages": Route("AKG", "web_source"),
    "knowledge:web_edit": Route("AK", "web_source"),
    "knowledge:web_fetch": post("AK", "web_source"),
    "knowledge:web_cancel": post("AK", "web_source"),
    "knowledge:web_pause": post("AK", "web_source"),
    "knowledge:web_resume": post("AK", "web_source"),
    "knowledge:web_remove": post("AK", "web_source"),
    "knowledge:words": Route("AKG", "base"),
    "knowledge:word_save": post("AK", "base", word="扫地机"),
    "knowledge:words_import": post("AK", "base", text="扫地机"),
    "knowledge:words_decide": post("AK", "base", decision="accept"),
    "knowledge:words_suggest": post("AK", "base"),
    "knowledge:word_remove": post("AK", "word_row"),
    "knowledge:tuning": Route("AKG", "base"),
    "knowledge:tuning_trial": post("AK", "base"),
    "knowledge:tuning_apply": post("AK", "base"),
    "knowledge:trial_result": Route("AK", "trial"),
    "knowledge:test_question_add": post("AKG", "base", text="怎么退货"),
    "knowledge:test_question_remove": post("AKG", "test_question"),
    "conversations:inbox": Route("AG"),
    "conversations:inbox_list": Route("AG"),
    "conversations:conversation": Route("AG", "conversation"),
    "conversations:thread": Route("AG", "conversation"),
    "conversations:take_over": post("AG", "conversation"),
    "conversations:hand_back": post("AG", "conversation"),
    "conversations:close": post("AG", "conversation"),
    "conversations:reply": post("AG", "conversation", text="你好"),
    "conversations:reveal": post("AG", "conversation", placeholder="<手机号_1>"),
    "conversations:erase": Route("A", "conversation"),
    "conversations:customer_save": post("AG", "conversation", name="甲"),
    "conversations:send_again": post("AG", "outbound"),
    "conversations:turn": Route("AG", "turn"),
    "conversations:turn_source": Route("AG", "turn", rest=(1,)),
    "conversations:reviews": Route("AG"),
    "conversations:reviews_news": Route("AG"),
    "conversations:approve": post("AG", "review", text="好"),
    "conversations:reject": post("AG", "review"),
    "conversations:ask": Route(ASKERS),
    "conversations:search_test": Route("AKG"),
    "conversations:question": Route(ASKERS, "question"),
    "conversations:question_source": Route(ASKERS, "question", rest=(1,)),
    "conversations:searched": Route(ASKERS, "question"),
    "conversations:judge": post("AKG", "question"),
    "conversations:save_question": post("AKG", "question"),
    "conversations:question_result": Route(ASKERS, "question"),
    "conversations:inbox_panel": Route("AG"),
    "conversations:answers_panel": Route("AG"),
    "conversations:cache_panel": Route("AK"),
    "conversations:endpoints_panel": Route("A"),
    "conversations:endpoints_check": post("A"),
    "conversations:cached": Route("AK"),
    "conversations:cached_remove": post("AK", "cached"),
    "conversations:cached_clear": post("AK", "base"),
    "conversations:satisfaction": Route("AG"),
    "conversations:satisfaction_panel": Route("AG"),
    "conversations:audit": Route("AV"),
    "conversations:draft_new": post("AG", "conversation"),
    "conversations:draft": Route("AG", "reply_draft"),
    "conversations:prompts": Route("A"),
    "conversations:prompt_new": Route("A", rest=("answer",)),
    "conversations:prompt_reset": Route("A", data={}, rest=("answer",)),
    "conversations:prompt": Route("A", "prompt"),
    "conversations:prompt_edit": post("A", "prompt", text="只根据检索内容回答，句末标[编号]；不够时回复{refusal}"),
    "conversations:prompt_publish": post("A", "prompt"),
    "conversations:prompt_remove": post("A", "prompt"),
    "conversations:prompt_try": post("A", "prompt", base="0"),
    "conversations:prompt_trial": Route("A", "prompt_trial"),
    "conversations:prompt_trial_cancel": post("A", "prompt_trial"),
    "conversations:prompt_trial_again": post("A", "prompt_trial"),
    "conversations:audit_entry": Route("AV", "audit_entry"),
    "conversations:audit_export": Route("AV"),
    "conversations:audit_verify": post("AV"),
    "conversations:audit_chain": Route("AV"),
    "access:access": Route("A"),
    "access:give": post("A"),
    "access:take": post("A"),
    "api:schema": Route(EVERYONE),
    "api:bases-list": Route(ASKERS),
    "api:bases-detail": Route(ASKERS, "base"),
    "api:documents-list": Route("AKG"),
    "api:documents-detail": Route("AKG", "document"),
    "api:documents-restore": post("AK", "document"),
    "api:documents-versions": Route("AKG", "document"),
    "api:versions-list": Route("AKG"),
    "api:versions-detail": Route("AKG", "version"),
    "api:versions-publish": post("AK", "version"),
    "api:versions-retry": post("AK", "version"),
    "api:faq-list": Route("AKG"),
    "api:faq-detail": Route("AKG", "faq"),
    "api:faq-restore": post("AK", "faq"),
    "api:search-list": post("AKG"),
    "api:conversations-list": Route("AG"),
    "api:conversations-detail": Route("AG", "conversation"),
    "api:conversations-messages": Route("AG", "conversation"),
    "api:questions-list": Route(ASKERS),
    "api:questions-detail": Route(ASKERS, "question"),
    "admin:index": Route("AKG"),
    "admin:search": Route("AKG"),
    "admin:jsi18n": Route("AKG"),
    "admin:password_change": Route("AKG"),
    "admin:password_change_done": Route("AKG"),
}

# Open to strangers, each for a reason.
OPEN: dict[str, str] = {
    "stack:healthz": "load balancers ask it",
    "stack:readyz": "load balancers ask it; it says nothing but yes or no",
    "dashboard:sign_in": "it is the sign-in",
    "set_language": "the sign-in page has the switch",
    "wecom_kf_callback": "WeCom proves itself by signature",
    "simulator:phones": "a customer's phone; not in production settings",
    "simulator:customer_create": "a customer's phone",
    "simulator:wire": "a customer's phone",
    "simulator:thread": "a customer's phone",
    "simulator:say": "a customer's phone",
    "simulator:click": "a customer's phone",
    "simulator:enter": "a customer's phone",
}
# Parts of Django's admin that lead nowhere by themselves.
ADMIN_FRAME = {
    "admin:login",
    "admin:logout",
    "admin:app_list",
    "admin:autocomplete",
    "admin:view_on_site",
    "admin:auth_user_password_change",
}


@dataclass(frozen=True)
class Managed:
    """A model in the administration: who may list, add, change and delete. `row`: finds one of a side, to try its own pages."""

    view: str
    add: str = ""
    change: str = ""
    delete: str = ""
    row: Callable | None = None


ADMIN: dict[str, Managed] = {
    "access_user": Managed("A", "A", "A", "A"),
    "access_team": Managed("A", "A", "A", "A"),
    "ai_encoder": Managed("A"),
    "ai_modelrelease": Managed("A", change="A"),
    "conversations_channelaccount": Managed("A", "A", "A", "A", lambda side: side.account),
    "conversations_conversation": Managed("AG", row=lambda side: side.conversation),
    "conversations_inboundevent": Managed("A", row=lambda side: side.event),
    "conversations_outboundmessage": Managed("A", row=lambda side: side.outbound),
    "conversations_promptversion": Managed("A", "A", "A"),
    "conversations_riskrule": Managed("A", "A", "A", "A"),
    "conversations_turn": Managed("A", row=lambda side: side.turn),
    "customers_customer": Managed("AG", row=lambda side: side.customer),
    "api_apitoken": Managed("A", "A", delete="A"),
    "jobs_job": Managed("AK"),
    "knowledge_document": Managed("AKG", "AK", row=lambda side: side.document),
    "knowledge_documentversion": Managed("AKG", row=lambda side: side.version),
    "knowledge_allowedhost": Managed("A", "A", delete="A"),
    "knowledge_websource": Managed("AKG", row=lambda side: side.web_source),
    "knowledge_baseword": Managed("AKG", row=lambda side: side.word_row),
    "knowledge_faqentry": Managed("AKG", row=lambda side: side.faq),
    "knowledge_knowledgebase": Managed("AKG", "AK", "AK", "A", lambda side: side.base),
    "django_celery_beat_clockedschedule": Managed(""),
    "django_celery_beat_crontabschedule": Managed(""),
    "django_celery_beat_intervalschedule": Managed(""),
    "django_celery_beat_periodictask": Managed(""),
    "django_celery_beat_solarschedule": Managed(""),
}
ADMIN_PAGES = ("changelist", "add", "change", "delete", "history")
# Pages of one model beside the five.
ADMIN_EXTRA = {"admin:conversations_channelaccount_connection_check": "A"}


def named_routes() -> Iterator[str]:
    """The qualified name of every named route there is."""
    yield from _walk(get_resolver(), ())


def _walk(resolver, namespaces: tuple[str, ...]) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, (*namespaces, entry.namespace) if entry.namespace else namespaces)
        elif isinstance(entry, URLPattern) and entry.name:
            yield ":".join((*namespaces, entry.name))
