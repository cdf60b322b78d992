"""Who may do what: role -> permissions, as one table. Containers (bases, accounts, teams) need a grant besides."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    label: str
    permissions: frozenset[str]
    sees_everything: bool = False
    staff: bool = True


ASK = frozenset({"knowledge.view_knowledgebase", "conversations.add_question", "conversations.view_question"})
ANSWER = ASK | {
    "knowledge.view_document",
    "knowledge.search_knowledgebase",
    "conversations.view_channelaccount",
    "conversations.view_conversation",
    "conversations.answer_conversation",
    "conversations.reveal_personal",
    "conversations.view_reviewtask",
    "conversations.decide_reviewtask",
    "customers.view_customer",
    "customers.change_customer",
}
CURATE = ASK | {
    "conversations.view_cachedanswer",
    "conversations.delete_cachedanswer",
    "knowledge.add_knowledgebase",
    "knowledge.change_knowledgebase",
    "knowledge.search_knowledgebase",
    "knowledge.view_document",
    "knowledge.add_document",
    "knowledge.change_document",
    "knowledge.delete_document",
    "jobs.view_job",
    "training.view_trainingrun",
    "training.change_trainingrun",
    "training.add_dataset",
    "training.view_dataset",
    "training.adjudicate_annotationtask",
}
# Reads all of the log, opens what the bot said and why, and changes nothing; no customer data, no documents.
AUDIT = frozenset({"audit.view_auditentry", "audit.export_auditentry"})
ADMINISTER = (
    ANSWER
    | CURATE
    | AUDIT
    | {
        "knowledge.delete_knowledgebase",
        "conversations.add_channelaccount",
        "customers.erase_customer",
        "conversations.change_channelaccount",
        "conversations.delete_channelaccount",
        "conversations.view_inboundevent",
        "conversations.view_outboundmessage",
        "conversations.view_turn",
        "conversations.view_riskrule",
        "conversations.add_riskrule",
        "conversations.change_riskrule",
        "conversations.delete_riskrule",
        "conversations.view_promptversion",
        "conversations.change_promptversion",
        "conversations.publish_promptversion",
        "access.view_user",
        "access.add_user",
        "access.change_user",
        "access.delete_user",
        "access.view_team",
        "access.add_team",
        "access.change_team",
        "access.delete_team",
        "auth.view_group",
        "ai.view_modelrelease",
        "ai.change_modelrelease",
        "ai.view_encoder",
        "training.delete_dataset",
        "knowledge.view_allowedhost",
        "knowledge.add_allowedhost",
        "knowledge.delete_allowedhost",
        "api.view_apitoken",
        "api.add_apitoken",
        "api.delete_apitoken",
    }
)

ROLES: dict[str, Role] = {
    "administrator": Role(_("Administrator"), ADMINISTER, sees_everything=True),
    "knowledge_manager": Role(_("Knowledge manager"), CURATE),
    "agent": Role(_("Agent"), ANSWER),
    "user": Role(_("User"), ASK, staff=False),
    "auditor": Role(_("Auditor"), AUDIT, sees_everything=True, staff=False),
}
