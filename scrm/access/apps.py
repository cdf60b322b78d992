from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "scrm.access"
    label = "access"
    verbose_name = _("People and access")

    def ready(self):
        from scrm.access.receivers import roles_synchronise

        post_migrate.connect(roles_synchronise, dispatch_uid="access.roles")
