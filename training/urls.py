"""Pages of what is learned."""

from django.urls import path

from training.views import adjudication, annotation, bandit, cleaning, feedback, imports, indicators, nights, objections, unknown

app_name = "training"
urlpatterns = [
    path("annotation/", annotation.annotation, name="annotation"),
    path("annotation/gather/", annotation.gather, name="annotation_gather"),
    path("annotation/export/", annotation.export, name="annotation_export"),
    path("annotation/plan/<int:pk>/", annotation.plan, name="annotation_plan"),
    path("annotation/agreement/", annotation.agreement, name="agreement"),
    path("annotation/disputes/", adjudication.disputes, name="disputes"),
    path("annotation/disputes/<int:pk>/", adjudication.dispute, name="dispute"),
    path("annotation/imports/", imports.imports, name="imports"),
    path("annotation/imports/<int:pk>/", imports.imported, name="import"),
    path("annotation/imports/<int:pk>/rows/", imports.imported_rows, name="import_rows"),
    path("annotation/imports/<int:pk>/take/", imports.take, name="import_take"),
    path("annotation/imports/<int:pk>/discard/", imports.discard, name="import_discard"),
    path("objections/", objections.objections, name="objections"),
    path("objections/<int:pk>/", objections.objection, name="objection"),
    path("cleaning/", cleaning.cleaning, name="cleaning"),
    path("annotation/<int:pk>/", annotation.decide, name="annotation_decide"),
    path("feedback/", feedback.feedback, name="feedback"),
    path("ratings/<int:pk>/", feedback.rating, name="rating"),
    path("unknown/", unknown.unknown, name="unknown"),
    path("unknown/gather/", unknown.gather, name="unknown_gather"),
    path("unknown/<int:pk>/", unknown.one, name="unknown_one"),
    path("unknown/<int:pk>/dismiss/", unknown.dismiss, name="unknown_dismiss"),
    path("realtime/", bandit.bandit, name="bandit"),
    path("realtime/switch/", bandit.switch, name="bandit_switch"),
    path("realtime/reset/", bandit.reset, name="bandit_reset"),
    path("realtime/default/", bandit.default, name="bandit_default"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("nights/", nights.nights, name="nights"),
    path("nights/rows/", nights.nights_rows, name="nights_rows"),
    path("nights/start/", nights.night_start, name="night_start"),
    path("nights/stop/", nights.night_stop, name="night_stop"),
    path("nights/approve/", nights.approve, name="approve"),
    path("nights/decline/", nights.decline, name="decline"),
    path("nights/try/", nights.canary_try, name="canary_try"),
    path("nights/try/end/", nights.canary_stop, name="canary_stop"),
    path("nights/rollback/", nights.rollback, name="rollback"),
]
