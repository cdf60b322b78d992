"""The data check before a dataset is frozen."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from knowledge.models import KnowledgeBase
from scrm.access.pages import page
from training.cleaning import KINDS, report

VIEW = "training.view_dataset"


@page(VIEW)
def cleaning(request):
    bases = KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
    found = report(bases.order_by("pk").values_list("pk", flat=True))
    words = {
        "duplicate": (
            _("Said several times"),
            _("The same of the same passage for the same question; it counts once. Beside it: how often."),
        ),
        "contradiction": (
            _("Contradictions"),
            _("A passage called right and wrong for one question; the latest word of a person counts. Beside it: the document's number."),
        ),
        "short": (_("Too short"), _("Questions of fewer than two letters or digits are left out.")),
        "unmasked": (_("Personal data"), _("Questions in which personal data is recognised; shown masked, and masked in datasets.")),
    }
    kinds = [{"name": words[kind][0], "says": words[kind][1], "count": found.counts[kind], "shown": found.shown[kind]} for kind in KINDS]
    return render(request, "training/cleaning.html", {"report": found, "kinds": kinds})
