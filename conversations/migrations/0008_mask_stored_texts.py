"""Texts stored before there was a vault: masked in place, their values moved into it."""

from django.db import migrations

from scrm.privacy.patterns import find
from scrm.privacy.reading import Read, read, read_foreign
from scrm.privacy.redact import redact
from scrm.privacy.vault import texts_mask_in_tx

KEPT = ("menu_id", "media_id", "servicer_userid", "items", "head", "tail")
WORDS = ("content", "head_content", "tail_content")


def mask(apps, schema_editor):
    for conversation in _rows(apps, "Conversation").iterator():
        _conversation(apps, conversation)
    for question in _rows(apps, "Question").iterator():
        question.text = redact(question.text).text
        if question.result.get("query"):
            question.result["query"] = redact(str(question.result["query"])).text
        question.save(update_fields=["text", "result"])
    for identity in _rows(apps, "ChannelIdentity").exclude(profile={}).iterator():
        identity.profile = {key: redact(str(identity.profile[key])).text for key in ("nickname", "avatar") if identity.profile.get(key)}
        identity.profile = identity.profile or {"unknown": True}
        identity.save(update_fields=["profile"])
    vault = apps.get_model("privacy", "PersonalValue").objects
    for customer in apps.get_model("customers", "Customer").objects.order_by("pk").iterator():
        customer.name = redact(customer.name).text[:120]
        customer.remark = texts_mask_in_tx([(f"customer:{customer.pk}", read(customer.remark))], vault)[0]
        customer.save(update_fields=["name", "remark"])


def _rows(apps, model):
    return apps.get_model("conversations", model).objects.order_by("pk")


def _conversation(apps, conversation):
    """What customers and colleagues wrote is read in full; of the bot's words only what they had said: it quotes public documents."""
    namespace, vault = f"conversation:{conversation.pk}", apps.get_model("privacy", "PersonalValue").objects
    known: set = set()

    def masked(text: str, by_bot: bool = False, foreign: bool = False) -> str:
        one = read_foreign(text) if foreign else read(text)
        if by_bot:
            one = Read(text, tuple(each for each in find(text) if (each.kind, each.value) in known))
        known.update((each.kind, each.value) for each in one.findings)
        return texts_mask_in_tx([(namespace, one)], vault)[0]

    for message in _rows(apps, "Message").filter(conversation=conversation):
        message.text = masked(message.text, message.author in ("bot", "system"), message.author == "customer")
        message.payload = {key: message.payload[key] for key in KEPT if key in message.payload}
        message.save(update_fields=["text", "payload"])
    for outbound in _rows(apps, "OutboundMessage").filter(conversation=conversation):
        by_bot = outbound.author == "bot"
        outbound.text, outbound.payload = masked(outbound.text, by_bot), _words(outbound.payload, lambda text, by=by_bot: masked(text, by))
        outbound.save(update_fields=["text", "payload"])
    for review in _rows(apps, "ReviewTask").filter(turn__conversation=conversation):
        review.draft, review.note = masked(review.draft, True), masked(review.note)
        review.proposed, review.final = masked(review.proposed, True), masked(review.final, True)
        review.save(update_fields=["draft", "note", "proposed", "final"])
    conversation.handover_reason = masked(conversation.handover_reason)[:300]
    conversation.save(update_fields=["handover_reason"])


def _words(payload, masked):
    """The payload of an outgoing message with the texts in its parts masked."""
    if isinstance(payload, dict):
        return {
            key: masked(value) if key in (*WORDS, "head", "tail") and isinstance(value, str) else _words(value, masked)
            for key, value in payload.items()
        }
    return [_words(item, masked) for item in payload] if isinstance(payload, list) else payload


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0007_masked_texts"),
        ("customers", "0001_initial"),
        ("privacy", "0001_vault"),
    ]

    operations = [migrations.RunPython(mask, migrations.RunPython.noop)]
