"""The audit log in words: what was done, to what, grouped as an auditor looks for it."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _

# Group -> (its name, {action: what it says}). The filter offers groups and single actions.
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "ai": (_("Answers of the bot"), {
        "turn.answered": _("answered a customer"), "turn.refused": _("refused to answer"), "turn.in_review": _("put an answer to review"),
        "turn.handed_over": _("handed over to a person"), "turn.failed": _("failed over a message"),
        "question.answered": _("answered a colleague"), "question.failed": _("failed over a colleague's question"),
    }),
    "review": (_("Reviews"), {
        "review.edit": _("edited an answer in review"), "review.first_approval": _("approved as the first of two"),
        "review.approve": _("approved an answer"), "review.reject": _("rejected an answer"), "review.escalate": _("review overdue, escalated"),
    }),
    "view": (_("Sensitive views"), {
        "personal.reveal": _("looked at personal data"), "audit.open": _("opened an interaction in the log"),
    }),
    "export": (_("Exports"), {
        "audit.export": _("exported the audit log"), "annotation.export": _("exported annotations"),
        "faq.export": _("exported questions and answers"),
    }),
    "audit": (_("The log itself"), {"audit.verify": _("verified the log")}),
    "conversation": (_("Conversations"), {
        "conversation.offer": _("offered a conversation to people"), "conversation.take_over": _("took a conversation over"),
        "conversation.hand_back": _("handed a conversation back to the bot"), "conversation.close": _("closed a conversation"),
        "conversation.idle": _("ended a silent conversation"),
        "conversation.reply": _("wrote to a customer"), "conversation.draft": _("had a reply drafted"),
        "outbound.again": _("sent a message again"), "event.replay": _("replayed an event"),
    }),
    "customer": (_("Customers"), {
        "customer.update": _("changed a customer"), "customer.erase": _("erased a customer's data"),
        "learning.objection": _("noted an objection to learning"),
    }),
    "access": (_("People and access"), {
        "user.create": _("created a colleague"), "user.place": _("changed roles or teams"), "user.password_change": _("changed a password"),
        "team.create": _("created a team"), "team.rename": _("renamed a team"), "team.delete": _("removed a team"),
        "access.grant": _("gave access"), "access.revoke": _("took access away"),
        "token.issue": _("issued an API token"), "token.revoke": _("revoked an API token"),
    }),
    "settings": (_("Channels and rules"), {
        "prompt.draft": _("wrote a version of a prompt"), "prompt.edit": _("changed a draft of a prompt"),
        "prompt.publish": _("put a prompt in force"), "prompt.reset": _("went back to the built-in prompt"),
        "prompt.remove": _("removed a draft of a prompt"),
        "channel_account.add": _("added a channel account"), "channel_account.change": _("changed a channel account"),
        "channel_account.enable": _("enabled a channel account"), "channel_account.disable": _("disabled a channel account"),
        "riskrule.create": _("created a risk rule"), "riskrule.change": _("changed a risk rule"), "riskrule.delete": _("removed a risk rule"),
        "cachedanswer.delete": _("removed a cached answer"), "cachedanswer.clear": _("emptied the answer cache"),
        "host.allow": _("allowed a web host"), "host.close": _("closed a web host"),
    }),
    "knowledge": (_("Knowledge"), {
        "base.create": _("created a knowledge base"), "base.remove": _("removed a knowledge base"), "base.review": _("had a base reviewed"),
        "base.tune": _("changed search weights"), "bulk.open": _("began a change of many documents"), "bulk.cancel": _("cancelled a change of many documents"),
        "bulk.go_on": _("went on with a change of many documents"),
        "batch.unpack": _("uploaded an archive of documents"),
        "batch.open": _("began an import of many files"), "batch.pause": _("paused an import"),
        "batch.resume": _("resumed an import"), "batch.cancel": _("cancelled an import"), "batch.retry": _("retried an import"),
        "document.upload": _("uploaded a document"), "document.change": _("changed a document"), "document.remove": _("removed a document"),
        "document.restore": _("restored a document"), "document.purge": _("deleted a document for good"),
        "version.publish": _("published a version"), "version.publish_again": _("published an earlier version"),
        "version.retry": _("retried a version"), "version.purge": _("deleted versions for good"),
        "faq.create": _("created a question and answer"), "faq.change": _("changed a question and answer"),
        "faq.dismiss": _("dismissed a suggested wording"), "approved_answer.save": _("saved an approved answer"),
        "word.save": _("changed the dictionary"), "word.accept": _("accepted words"), "word.remove": _("removed a word"),
        "finding.dismiss": _("dismissed a finding"), "finding.reopen": _("reopened a finding"), "faq.import": _("imported questions and answers"),
        "word.import": _("imported words"),
        "search_question.remove": _("removed a test question"), "search_judgement.set": _("judged a search hit"),
        "web.add": _("added a web source"), "web.change": _("changed a web source"), "web.fetch": _("fetched a web source"),
        "web.pause": _("paused a web source"), "web.resume": _("resumed a web source"), "web.cancel": _("stopped a fetch"),
        "web.remove": _("removed a web source"), "web.gone": _("found a web page gone"), "web.back": _("found a web page back"),
    }),
    "learning": (_("Learning"), {
        "annotation.plan": _("planned annotation"), "annotation.say": _("annotated"), "annotation.done": _("settled an annotation"),
        "annotation.rejected": _("rejected an annotation"), "annotation.disputed": _("annotated otherwise than a colleague"),
        "annotation.import": _("imported annotations"), "annotation.import_check": _("had annotations checked"),
        "annotation.import_discard": _("discarded an import of annotations"), "annotation.erase": _("emptied an erased customer's annotation"),
        "unknown.answered": _("answered an unknown question"), "unknown.dismissed": _("dismissed an unknown question"),
        "dataset.freeze": _("froze a dataset"), "dataset.remove": _("removed a dataset"), "dataset.redact": _("emptied items of a dataset"),
        "bandit.on": _("switched real-time learning on"), "bandit.off": _("switched real-time learning off"),
        "bandit.reset": _("let real-time learning begin anew"), "bandit.default": _("changed the default way of answering"),
        "training.begin": _("began training"), "training.canary": _("put a release on trial"), "training.promoted": _("promoted a release"),
        "training.refused": _("did not promote a release"), "training.waiting": _("let a release wait for approval"),
        "training.declined": _("declined a release"), "training.skipped": _("had nothing new to learn"),
        "training.failed": _("failed in training"), "training.cancelled": _("cancelled training"), "training.rolled_back": _("rolled a run back"),
        "model.activated": _("put a release to use"), "endpoint.check": _("checked the language models"),
        "release.rollback": _("rolled a release back"), "vectors.remove": _("removed old vectors"),
    }),
}  # fmt: skip
ACTIONS: dict[str, str] = {action: label for _name, actions in GROUPS.values() for action, label in actions.items()}
SUBJECTS = {
    "conversations.turn": _("the bot's answer"),
    "conversations.question": _("question of a colleague"),
    "conversations.reviewtask": _("review"),
    "conversations.conversation": _("conversation"),
    "conversations.channelaccount": _("channel account"),
    "conversations.riskrule": _("risk rule"),
    "customers.customer": _("customer"),
    "knowledge.knowledgebase": _("knowledge base"),
    "knowledge.document": _("document"),
    "knowledge.documentversion": _("version"),
    "knowledge.faqentry": _("question and answer"),
    "training.dataset": _("dataset"),
    "training.trainingrun": _("training run"),
    "training.annotationtask": _("annotation"),
    "ai.modelrelease": _("release"),
    "access.user": _("colleague"),
    "access.team": _("team"),
    "jobs.job": _("job"),
}


def action_label(action: str) -> str:
    """The action in words; its own name for one that this release does not know."""
    return str(ACTIONS.get(action, action))


def subject_label(subject_type: str) -> str:
    """The kind of object in words; its own name for one that this release does not know."""
    try:
        return str(SUBJECTS.get(subject_type) or apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


def actions_of(chosen: str) -> list[str]:
    """Of a group all actions, else the one itself."""
    return list(GROUPS[chosen][1]) if chosen in GROUPS else [chosen]
