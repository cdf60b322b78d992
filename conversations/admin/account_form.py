"""The form of a WeCom customer service account. Secrets are written, never read back: a blank field keeps what is stored."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from conversations.models import ChannelAccount
from conversations.services.accounts import fields_check
from scrm.core.errors import Invalid

SECRETS = ("secret", "token", "aes_key")
ENDING = ("asks_satisfaction", "satisfaction_scale", "satisfaction_text", "idle_minutes")
AES_KEY_LENGTH = 43
KEPT = _("Stored encrypted and never shown again. Leave blank to keep what is stored.")


def _secret_field(label, help_text) -> forms.CharField:
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False)
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text, max_length=200)


class ChannelAccountForm(forms.ModelForm):
    """Checks what the channel's service would refuse, at the field it concerns."""

    corp_id = forms.CharField(
        label=_("Corp ID"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("My Company → Company information → Corp ID, begins with ww."),
    )
    open_kfid = forms.CharField(
        label=_("Customer service account ID"),
        max_length=64,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The open_kfid, begins with wk."),
    )
    secret = _secret_field(_("Secret"), KEPT)
    token = _secret_field(_("Token"), KEPT)
    aes_key = _secret_field(
        _("EncodingAESKey"), _("Exactly 43 letters and digits. Stored encrypted and never shown again. Leave blank to keep what is stored.")
    )

    class Meta:
        model = ChannelAccount
        fields = ["name", "enabled", "bases", "welcome_text", *ENDING]
        widgets = {"bases": UnfoldAdminCheckboxSelectMultipleWidget}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key in ("corp_id", "open_kfid"):
            self.fields[key].initial = self.instance.config.get(key, "")

    def clean_name(self) -> str:
        name = slugify(self.cleaned_data["name"], allow_unicode=True)
        if ChannelAccount.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is an account with this name already."))
        return name

    def clean_aes_key(self) -> str:
        key = self.cleaned_data["aes_key"].strip()
        if key and not (len(key) == AES_KEY_LENGTH and key.isascii() and key.isalnum()):
            raise ValidationError(
                _("EncodingAESKey has exactly 43 letters and digits; this one has %(n)d characters. Copy it again from the WeCom console."),
                params={"n": len(key)},
            )
        return key

    def clean(self) -> dict:
        data = super().clean()
        if self.errors:
            return data
        typed = {key: data[key].strip() for key in SECRETS if data.get(key, "").strip()}
        config = {"corp_id": data["corp_id"].strip(), "open_kfid": data["open_kfid"].strip()}
        try:
            fields_check(data["name"], config, self.instance.secrets | typed)
        except Invalid as error:
            field = error.code.partition("_")[2]
            self.add_error(field if field in self.fields else None, str(error))
        return data
