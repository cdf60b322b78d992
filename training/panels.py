"""What this room shows in the desk's sidebar and on its home page."""

from django.utils.translation import gettext_lazy as _

from scrm.dashboard.registry import NAVIGATION, NavigationEntry

NAVIGATION.register("nights", NavigationEntry(_("Learning"), "training:nights", "training.view_trainingrun", "activity", order=70))
NAVIGATION.register(
    "indicators", NavigationEntry(_("Online figures"), "training:indicators", "training.view_trainingrun", "activity", order=70)
)
NAVIGATION.register("bandit", NavigationEntry(_("Real-time learning"), "training:bandit", "training.view_trainingrun", "gauge", order=70))
NAVIGATION.register("unknown", NavigationEntry(_("Unknown questions"), "training:unknown", "knowledge.change_document", "hand", order=65))
NAVIGATION.register("feedback", NavigationEntry(_("Feedback"), "training:feedback", "knowledge.view_document", "message-circle", order=64))
NAVIGATION.register("annotation", NavigationEntry(_("Annotation"), "training:annotation", "knowledge.change_document", "pencil", order=66))
NAVIGATION.register(
    "objections", NavigationEntry(_("Objections to learning"), "training:objections", "customers.change_customer", "shield-check", order=71)
)
