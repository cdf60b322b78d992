"""What came in and what goes out: callbacks with replay, the outbox with a second try."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from conversations.admin.threads import STATE_COLOURS
from conversations.models import ChannelAccount, InboundEvent, OutboundMessage
from conversations.services.repair import event_replay, outbound_again
from scrm.access.admin_mixins import ReadOnlyAdmin, VisibleAdmin
from scrm.core.errors import ScrmError


def _each(request, rows, verb, done: str) -> None:
    """Run a verb on every chosen row; each refusal is said once, with its row."""
    count = 0
    for row in rows:
        try:
            verb(row)
            count += 1
        except ScrmError as error:
            messages.error(request, f"{row}: {error}")
    if count:
        messages.success(request, done % {"n": count})


@admin.register(InboundEvent)
class InboundEventAdmin(ReadOnlyAdmin, VisibleAdmin):
    list_display = ["id", "account", "state_label", "event", "error", "received_at", "done_at"]
    list_filter = ["state", "account"]
    list_select_related = ["account"]
    fields = ["account", "event_key", "payload", "state", "error", "received_at", "done_at"]
    readonly_fields = fields
    actions = ["replay"]

    def visible_rows(self, request, queryset):
        return queryset.filter(account__in=ChannelAccount.objects.visible_to(request.user))

    @display(description=_("state"), label=STATE_COLOURS)
    def state_label(self, row):
        return row.state, row.get_state_display()

    @display(description=_("event"))
    def event(self, row):
        return row.payload.get("event", "")

    @action(description=_("Take up again"))
    def replay(self, request, queryset):
        count = queryset.count()
        done = ngettext("%(n)d event is taken up again.", "%(n)d events are taken up again.", count)
        _each(request, queryset, lambda row: event_replay(actor=request.user, event=row), done)


@admin.register(OutboundMessage)
class OutboundMessageAdmin(ReadOnlyAdmin, VisibleAdmin):
    list_display = ["id", "conversation", "author", "short_text", "state_label", "attempts", "error", "created_at", "sent_at"]
    list_filter = ["state", "author"]
    fields = [
        "conversation",
        "author",
        "user",
        "kind",
        "text",
        "state",
        "attempts",
        "next_attempt_at",
        "error_code",
        "error",
        "created_at",
        "sent_at",
    ]
    readonly_fields = fields
    actions = ["send_again"]

    @display(description=_("state"), label=STATE_COLOURS)
    def state_label(self, row):
        return row.state, row.get_state_display()

    @display(description=_("text"))
    def short_text(self, row):
        return row.text[:60]

    @action(description=_("Send again what failed"))
    def send_again(self, request, queryset):
        count = queryset.count()
        done = ngettext("%(n)d message is queued again.", "%(n)d messages are queued again.", count)
        _each(request, queryset.select_related("conversation__account"), lambda row: outbound_again(actor=request.user, outbound=row), done)
