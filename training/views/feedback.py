"""What was said of answers; and the 赞 / 踩 below an answer on the ask page."""

from django.core.paginator import Paginator
from django.shortcuts import render

from conversations import selectors
from conversations.services.questions import ASK
from knowledge.models import KnowledgeBase
from scrm.access.pages import page
from scrm.core.errors import ScrmError
from training import feedback_selectors
from training.feedback_clusters import clusters
from training.feedback_selectors import Period
from training.feedback_sources import SOURCES, counts
from training.models import AnswerRating
from training.services.feedback import answer_rate

VIEW = "knowledge.view_document"
DAYS, ON_A_PAGE = (7, 30, 90), 50


@page(VIEW)
def feedback(request):
    bases = KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
    period, chosen = _period(request, bases), request.GET.get("source")
    source = SOURCES[chosen if chosen in SOURCES else "menu"]
    rows = Paginator(source.rows(request.user, bases, period), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "days": DAYS,
        "bases": bases,
        "source": source,
        "sources": counts(request.user, bases, period),
        "page": rows,
        "query": f"source={source.key}&days={period.days}&base={period.base or ''}&",
        "said": [source.line(row) for row in rows],
        "clusters": clusters(request.user, bases, period),
        "documents": feedback_selectors.by_document(request.user, period),
        "opened": feedback_selectors.opened(request.user, bases, period),
        "agents": feedback_selectors.by_agent(request.user, period),
    }
    return render(request, "training/feedback.html", context)


@page(ASK)
def rating(request, pk: int):
    """The own rating of an own question: shown, and changed by POST."""
    question = selectors.question_own(request.user, pk)
    failure, status = "", 200
    if request.method == "POST":
        try:
            answer_rate(actor=request.user, question_id=pk, **{name: request.POST.get(name, "") for name in ("value", "reason", "note")})
        except ScrmError as error:
            failure, status = str(error), error.status
    row = AnswerRating.objects.filter(question=question, author=request.user).first()
    context = {"question": question, "rating": row, "reasons": AnswerRating.Reason.choices, "failure": failure}
    return render(request, "training/rating.html", context, status=status)


def _period(request, bases) -> Period:
    days, base = request.GET.get("days", ""), request.GET.get("base", "")
    chosen = int(base) if base.isdecimal() and any(each.pk == int(base) for each in bases) else 0
    return Period(int(days) if days.isdecimal() and int(days) in DAYS else 30, chosen)
