"""Knowledge bases, their documents and versions."""

from django.urls import path

from knowledge.views import bases, batches, documents, faq, many, panels, sheets, uploads, versions, words

app_name = "knowledge"
urlpatterns = [
    path("", bases.bases, name="bases"),
    path("panel/", panels.panel, name="panel"),
    path("new/", bases.base_new, name="base_new"),
    path("<int:pk>/", bases.base, name="base"),
    path("<int:pk>/rows/", bases.base_rows, name="base_rows"),
    path("<int:pk>/upload/", uploads.upload, name="upload"),
    path("<int:pk>/batches/", batches.batches, name="batches"),
    path("<int:pk>/batches/new/", batches.batch_new, name="batch_new"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/rows/", batches.batch_rows, name="batch_rows"),
    path("batches/<int:pk>/pause/", batches.pause, name="batch_pause"),
    path("batches/<int:pk>/resume/", batches.resume, name="batch_resume"),
    path("batches/<int:pk>/cancel/", batches.cancel, name="batch_cancel"),
    path("batches/<int:pk>/retry/", batches.retry, name="batch_retry"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("<int:pk>/documents/", many.documents_many, name="documents_many"),
    path("documents/<int:pk>/change/", documents.change, name="document_change"),
    path("documents/<int:pk>/restore/", documents.restore, name="restore"),
    path("documents/<int:pk>/remove/", documents.remove, name="remove"),
    path("versions/<int:pk>/pages/<int:number>.png", sheets.page_image, name="page_image"),
    path("versions/<int:pk>/diff/", versions.diff, name="version_diff"),
    path("versions/<int:pk>/retry/", versions.retry, name="retry"),
    path("versions/<int:pk>/publish/", versions.publish_again, name="publish_again"),
    path("<int:pk>/faq/", faq.faq, name="faq"),
    path("<int:pk>/faq/rows/", faq.rows, name="faq_rows"),
    path("<int:pk>/faq/new/", faq.new, name="faq_new"),
    path("<int:pk>/faq/export/", faq.export, name="faq_export"),
    path("<int:pk>/faq/import/", faq.import_, name="faq_import"),
    path("<int:pk>/faq/suggest/", faq.suggest, name="faq_suggest"),
    path("faq/<int:pk>/", faq.edit, name="faq_edit"),
    path("faq/<int:pk>/remove/", faq.remove, name="faq_remove"),
    path("faq/<int:pk>/restore/", faq.restore, name="faq_restore"),
    path("faq/<int:pk>/wording/", faq.wording, name="faq_wording"),
    path("<int:pk>/words/", words.words, name="words"),
    path("<int:pk>/words/save/", words.save, name="word_save"),
    path("<int:pk>/words/import/", words.import_, name="words_import"),
    path("<int:pk>/words/decide/", words.decide, name="words_decide"),
    path("<int:pk>/words/suggest/", words.suggest, name="words_suggest"),
    path("words/<int:pk>/remove/", words.remove, name="word_remove"),
]
