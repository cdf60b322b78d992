"""Who may use which knowledge base, channel account and team."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scrm.access import grants
from scrm.access.models import Team, User
from scrm.access.pages import page
from scrm.access.services import GIVE_ACCESS, access_give, access_take
from scrm.core.errors import Invalid, NotFound


@page(GIVE_ACCESS)
def access(request):
    """Every container with the colleagues and teams that may use it."""
    groups = [(model._meta.verbose_name_plural, model._meta.label_lower, _rows(model)) for model in grants.container_models()]
    context = {"groups": groups, "users": User.objects.filter(is_active=True).order_by("username"), "teams": Team.objects.all()}
    return render(request, "access/access.html", context)


@require_POST
@page(GIVE_ACCESS)
def give(request):
    subject, container = _subject(request), _container(request)
    access_give(actor=request.user, subject=subject, container=container)
    messages.success(request, _("%(who)s may use %(what)s now.") % {"who": subject, "what": container})
    return redirect("access:access")


@require_POST
@page(GIVE_ACCESS)
def take(request):
    subject, container = _subject(request), _container(request)
    access_take(actor=request.user, subject=subject, container=container)
    messages.success(request, _("%(who)s no longer has access to %(what)s.") % {"who": subject, "what": container})
    return redirect("access:access")


def _rows(model):
    rows = model.objects.filter(scratch=False) if any(field.name == "scratch" for field in model._meta.fields) else model.objects.all()
    return [(row, *grants.holders(row)) for row in rows]


def _container(request):
    """The container a form names as "app.model:id"."""
    label, _sep, pk = request.POST.get("container", "").partition(":")
    models = {model._meta.label_lower: model for model in grants.container_models()}
    row = models[label].objects.filter(pk=pk).first() if label in models and pk.isdecimal() else None
    if row is None:
        raise NotFound
    return row


def _subject(request) -> User | Team:
    """The colleague or team a form names as "user:id" or "team:id"."""
    kind, _sep, pk = request.POST.get("subject", "").partition(":")
    model = {"user": User, "team": Team}.get(kind)
    if model is None or not pk.isdecimal():
        raise Invalid(_("Choose a colleague or a team."))
    row = model.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row
