"""Sign-in, sign-out, own password, and the home page."""

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from scrm.audit.services import audit_record
from scrm.dashboard.registry import PANELS


@login_required
def home(request):
    """The panels that the rooms contribute, for what this person may see."""
    panels = [panel for panel in PANELS.values() if request.user.has_perm(panel.permission)]
    return render(request, "dashboard/home.html", {"panels": sorted(panels, key=lambda panel: panel.order)})


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
