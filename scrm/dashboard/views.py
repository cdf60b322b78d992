"""Sign-in, sign-out, own password, notices, and the home page."""

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scrm.audit.services import audit_record
from scrm.core.errors import NotFound
from scrm.dashboard.registry import PANELS
from scrm.dashboard.services import notice_read, notices_read

NOTICES_ON_A_PAGE = 30


@login_required
def home(request):
    """The panels that the rooms contribute, for what this person may see."""
    panels = [panel for panel in PANELS.values() if request.user.has_perm(panel.permission)]
    return render(request, "dashboard/home.html", {"panels": sorted(panels, key=lambda panel: panel.order)})


@login_required
def notices(request):
    """What this person was told, newest first."""
    rows = Paginator(request.user.notices.all(), NOTICES_ON_A_PAGE).get_page(request.GET.get("page"))
    unread = request.user.notices.filter(read_at=None).exists()
    return render(request, "dashboard/notices.html", {"page": rows, "unread": unread})


@login_required
def notices_count(request):
    """The number beside the entry of the sidebar; nothing when all is read."""
    return render(request, "dashboard/notices_count.html", {"unread": request.user.notices.filter(read_at=None).count()})


@login_required
def notice(request, pk: int):
    """Opens the page that the notice is about; it counts as read."""
    row = notice_read(user=request.user, notice_id=pk)
    if row is None:
        raise NotFound
    return redirect(row.url or "dashboard:notices")


@require_POST
@login_required
def notices_all_read(request):
    notices_read(user=request.user)
    return redirect("dashboard:notices")


class SignIn(auth_views.LoginView):
    template_name = "dashboard/sign_in.html"
    redirect_authenticated_user = True


class SignOut(auth_views.LogoutView):
    http_method_names = ["post", "options"]


class PasswordChange(auth_views.PasswordChangeView):
    """Anyone's own password; needs the old one."""

    template_name = "dashboard/password.html"
    success_url = reverse_lazy("dashboard:home")

    def form_valid(self, form):
        response = super().form_valid(form)
        audit_record(actor=self.request.user, action="user.password_change", subject=self.request.user)
        messages.success(self.request, _("Your password has been changed."))
        return response
