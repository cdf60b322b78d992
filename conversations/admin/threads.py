"""Conversations and their messages, turns and reviews: read here, worked on in the inbox."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from conversations.models import Conversation, Message, Turn
from conversations.views.trace import trace_steps
from scrm.access.admin_mixins import ReadOnlyAdmin, VisibleAdmin
from scrm.customers.models import Customer

STATE_COLOURS = {
    "answered": "success", "sent": "success", "done": "success", "running": "info", "failed": "danger", "rejected": "danger",
    "in_review": "warning", "handed_over": "warning", "refused": "warning", "waiting": "warning", "retry": "warning",
    "unknown": "warning", "person": "info", "bot": "success",
}  # fmt: skip


class MessageInline(TabularInline):
    model = Message
    fields = ["id", "author", "kind", "text", "sent_at"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False
    per_page = 50

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("conversations.view_conversation")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin, VisibleAdmin):
    list_display = ["id", "customer", "account", "state", "holder_label", "assignee", "last_message_at"]
    list_filter = ["state", "holder"]
    list_select_related = ["account", "assignee", "identity__customer"]
    search_fields = ["identity__customer__name", "identity__external_id"]
    fields = [
        "in_the_inbox",
        "customer",
        "account",
        "state",
        "holder",
        "assignee",
        "handover_reason",
        "created_at",
        "last_message_at",
        "closed_at",
    ]
    readonly_fields = fields
    inlines = [MessageInline]

    @display(description=_("customer"))
    def customer(self, row):
        return row.identity.customer

    @display(description=_("holder"), label=STATE_COLOURS)
    def holder_label(self, row):
        return row.holder, row.get_holder_display()

    @display(description=_("inbox"))
    def in_the_inbox(self, row):
        return format_html('<a href="{}">{}</a>', reverse("conversations:conversation", args=[row.pk]), _("Open in the inbox"))


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin, VisibleAdmin):
    list_display = ["id", "conversation", "state_label", "verdict", "short_question", "writer", "created_at"]
    list_filter = ["state", "verdict"]
    search_fields = ["question"]
    fields = ["conversation", "state", "verdict", "reason", "writer", "question", "answer", "steps", "created_at", "ended_at"]
    readonly_fields = fields

    @display(description=_("state"), label=STATE_COLOURS)
    def state_label(self, row):
        return row.state, row.get_state_display()

    @display(description=_("question"))
    def short_question(self, row):
        return row.question[:60]

    @display(description=_("steps"))
    def steps(self, row):
        return render_to_string("conversations/admin_steps.html", {"steps": trace_steps(row.trace)})


class CustomerRows:
    """Customers that write to an account the person may use."""

    def get_queryset(self, request):
        seen = Conversation.objects.visible_to(request.user).values("identity__customer")
        return super().get_queryset(request).filter(pk__in=seen)


@admin.register(Customer)
class CustomerAdmin(CustomerRows, ReadOnlyAdmin):
    list_display = ["id", "name", "owner", "created_at"]
    list_filter = [("tags", admin.RelatedOnlyFieldListFilter)]  # tags of customers one may see, not all there are
    search_fields = ["name", "remark"]
    fields = ["name", "remark", "tags", "owner", "created_at"]
    readonly_fields = fields
