"""Knowledge in the administration: the same verbs as the pages, and only what the person holds a grant on."""

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget

from knowledge.faq_admin import BaseWordAdmin, FaqEntryAdmin  # noqa: F401  (Django looks for administrations in this module)
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.detect import ENDINGS
from knowledge.models import Document, DocumentVersion, KnowledgeBase, UploadBatch
from knowledge.services.bases import base_create, base_remove
from knowledge.services.batches import batch_for
from knowledge.services.documents import document_remove
from knowledge.services.unpacking import file_receive
from knowledge.services.versions import version_publish_again, version_retry
from knowledge.web_admin import AllowedHostAdmin, WebSourceAdmin  # noqa: F401
from scrm.access import policy
from scrm.access.admin_mixins import VisibleAdmin
from scrm.core.errors import ScrmError


def _each(request, rows, verb, done) -> None:
    """Run a verb on every row and say how many worked; failures are said one by one."""
    worked = 0
    for row in rows:
        try:
            verb(row)
            worked += 1
        except ScrmError as error:
            messages.error(request, f"{row}: {error}")
    if worked:
        messages.success(request, done % {"n": worked})


def _take_in(request, base: KnowledgeBase, files) -> UploadBatch | None:
    """Several files are a batch, whose page says what became of each; a single one is told of here."""
    batch = batch_for(actor=request.user, base=base, names=[file.name for file in files])
    taken = [each for file in files for each in file_receive(actor=request.user, base=base, name=file.name, file=file, batch=batch)]
    refused = [each for each in taken if isinstance(each.result, ScrmError)]
    for each in refused if batch is None else ():
        messages.error(request, f"{each.name}: {each.result}")
    if len(taken) > len(refused):
        messages.success(request, _("%(n)d taken in; the list shows how far they are.") % {"n": len(taken) - len(refused)})
    return batch


@admin.register(KnowledgeBase)
class KnowledgeBaseAdmin(VisibleAdmin):
    list_display = ["name", "live_chunks", "created_at"]
    search_fields = ["name", "description"]
    fields = ["name", "description"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(scratch=False)

    def save_model(self, request, obj, form, change):
        if change:
            return super().save_model(request, obj, form, change)
        created = base_create(actor=request.user, name=obj.name, description=obj.description)
        obj.__dict__.update({key: value for key, value in created.__dict__.items() if key != "_state"})
        obj._state.adding = False
        return None

    def delete_model(self, request, obj):
        base_remove(actor=request.user, base=obj)

    def delete_queryset(self, request, queryset):
        for base in queryset:
            base_remove(actor=request.user, base=base)

    def get_deleted_objects(self, objs, request):
        """Counts only: a base's chunks are too many to list."""
        counts = {
            KnowledgeBase._meta.verbose_name_plural: len(objs),
            Document._meta.verbose_name_plural: Document.objects.filter(base__in=objs).count(),
        }
        return [str(base) for base in objs], counts, set(), []


class _FilesInput(UnfoldAdminFileFieldWidget):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """One or more files."""

    def clean(self, data, initial=None):
        return [super(_FilesField, self).clean(each, initial) for each in (data or [None])]


class DocumentUploadForm(forms.ModelForm):
    files = _FilesField(
        label=gettext_lazy("Files"),
        widget=_FilesInput(attrs={"accept": ",".join(f".{ending}" for ending in sorted(ENDINGS))}),
        help_text=gettext_lazy("Several at once, also ZIP archives of documents. A known name becomes a new version."),
    )

    class Meta:
        model = Document
        fields = ["base"]


@admin.register(Document)
class DocumentAdmin(VisibleAdmin):
    list_display = ["name", "title", "base", "state", "live_version", "created_at"]
    list_select_related = ["base", "live_version__document"]
    list_filter = [("base", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "title"]
    readonly_fields = ["name", "title", "base", "state", "live_version", "created_at", "removed_at"]
    actions = ["remove"]

    @admin.display(description=gettext_lazy("state"))
    def state(self, document: Document):
        if document.removed_at:
            return _("removed")
        newest = document.versions.defer("text", "outline").order_by("-number").first()
        return newest.get_state_display() if newest else _("empty")

    def get_form(self, request, obj=None, **kwargs):
        if obj is None:
            kwargs["form"] = DocumentUploadForm
        return super().get_form(request, obj, **kwargs)

    def get_fields(self, request, obj=None):
        return ["base", "files"] if obj is None else self.readonly_fields

    def get_readonly_fields(self, request, obj=None):
        return [] if obj is None else self.readonly_fields

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "base":
            kwargs["queryset"] = KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def add_view(self, request, form_url="", extra_context=None):
        """An upload commits file by file, so it does not run in the transaction that the administration would open."""
        if request.method == "POST" and self.has_add_permission(request):
            form = self.get_form(request)(request.POST, request.FILES)
            if form.is_valid():
                batch = _take_in(request, form.cleaned_data["base"], form.cleaned_data["files"])
                return redirect("knowledge:batch", batch.pk) if batch else redirect("admin:knowledge_documentversion_changelist")
        return super().add_view(request, form_url, extra_context)

    @admin.action(description=gettext_lazy("Remove from all answers"), permissions=["remove"])
    def remove(self, request, queryset):
        _each(request, queryset, lambda row: document_remove(actor=request.user, document=row), _("%(n)d removed."))

    def has_remove_permission(self, request):
        return policy.can(request.user, "knowledge.delete_document")


@admin.register(DocumentVersion)
class DocumentVersionAdmin(VisibleAdmin):
    list_display = ["document", "number", "base", "state", "cause", "format", "size", "created_by", "created_at", "published_at"]
    list_select_related = ["document", "base", "created_by"]
    list_filter = ["state", ("base", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["document__name", "document__title"]
    fields = [
        "document", "base", "number", "state", "cause", "error", "format", "pages", "size", "sha256", "created_by", "created_at", "published_at",
    ]  # fmt: skip
    readonly_fields = fields
    actions = ["retry", "publish_again"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("text", "outline")

    @admin.display(description=gettext_lazy("cause"))
    def cause(self, version: DocumentVersion):
        return cause_text(version.error_code) if version.error_code else "–"

    @admin.action(description=gettext_lazy("Retry failed imports"), permissions=["work"])
    def retry(self, request, queryset):
        _each(request, queryset, lambda row: version_retry(actor=request.user, version=row), _("%(n)d imports run again."))

    @admin.action(description=gettext_lazy("Publish again"), permissions=["work"])
    def publish_again(self, request, queryset):
        _each(
            request, queryset, lambda row: version_publish_again(actor=request.user, version=row), _("%(n)d versions are being published.")
        )

    def has_work_permission(self, request):
        return policy.can(request.user, "knowledge.change_document")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        """Versions go with their documents: no permission of their own."""
        return policy.can(request.user, "knowledge.view_document", obj.base if obj else None)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
