"""Channel accounts: the form with its guide, and the connection check."""

from django.conf import settings
from django.contrib import admin
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from conversations.admin.account_form import ENDING, ChannelAccountForm
from conversations.models import ChannelAccount
from conversations.services.accounts import Ending, callback_path, check_connection, wecom_account_put
from conversations.services.repair import account_switch
from scrm.access.admin_mixins import VisibleAdmin

ENDING_HELP = _(
    "The customer is asked once, and only while WeChat lets us write (48 hours, five messages); never while they wait for a person. "
    "A conversation that the bot holds ends after so many minutes of silence; 0: never."
)
CONNECTION = ["corp_id", "secret", "open_kfid", "token", "aes_key"]


@admin.register(ChannelAccount)
class ChannelAccountAdmin(VisibleAdmin):
    form = ChannelAccountForm
    list_display = ["name", "kind", "enabled", "answers_from", "health", "fetched"]
    list_filter = ["enabled", "kind"]
    search_fields = ["name"]
    readonly_fields = ["guide"]
    actions_detail = ["connection_check"]
    fieldsets = [
        (_("How to connect, step by step"), {"fields": ["guide"]}),
        (_("Account"), {"fields": ["name", "enabled", "bases", "welcome_text"]}),
        (_("When a conversation ends"), {"fields": ENDING, "description": ENDING_HELP}),
        (_("From the WeCom console"), {"fields": CONNECTION}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("bases")

    def has_view_permission(self, request, obj=None):
        """Settings are for those who may change them; agents work with the account in the inbox."""
        return self.has_change_permission(request, obj)

    @display(description=_("guide"))
    def guide(self, row=None):
        return render_to_string("conversations/account_guide.html", {"callback_url": _callback_url(row)})

    @display(description=_("answers from"))
    def answers_from(self, row):
        return "、".join(base.name for base in row.bases.all()) or "—"

    @display(description=_("connection"), label={"ok": "success", "new": "info", "bad": "danger"})
    def health(self, row):
        if row.last_error:
            return "bad", row.last_error[:80]
        return ("ok", _("working")) if row.pulled_at else ("new", _("no message yet"))

    @display(description=_("last fetched"), ordering="pulled_at")
    def fetched(self, row):
        return row.pulled_at

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        stored = ChannelAccount.objects.get(pk=obj.pk) if change else None
        saved = wecom_account_put(
            actor=request.user, account=stored, name=data["name"], bases=data["bases"], welcome_text=data["welcome_text"],
            ending=Ending(**{key: data[key] for key in ENDING}), **{key: data[key] for key in CONNECTION},
        )  # fmt: skip
        account_switch(actor=request.user, account=saved, enabled=data["enabled"])
        obj.pk, obj.name = saved.pk, saved.name

    def save_related(self, request, form, formsets, change):
        """The verb has set the bases."""

    def has_connection_check_permission(self, request, object_id=None) -> bool:
        """By method: a permission named in the action would make Django's system checks ask the database."""
        return request.user.has_perm("conversations.change_channelaccount")

    @action(description=_("Check the connection"), url_path="check", permissions=["connection_check"], icon="network_check")
    def connection_check(self, request, object_id):
        row = get_object_or_404(self.get_queryset(request), pk=object_id)
        steps = check_connection(account=row, actor=request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Connection check"),
            "account": row,
            "steps": steps,
            "opts": self.opts,
        }
        return render(request, "conversations/account_check.html", context)


def _callback_url(row: ChannelAccount | None) -> str:
    """Where WeCom sends callbacks; "" until the account has a name."""
    return settings.PUBLIC_URL.rstrip("/") + callback_path(row) if row and row.pk else ""
