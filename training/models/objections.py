from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.customers.models import Customer


class LearningObjection(models.Model):
    """A customer who does not want to be learned from: nothing of theirs enters a dataset from then on."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="learning_objection", verbose_name=_("customer"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("objection to learning")
        verbose_name_plural = _("objections to learning")

    def __str__(self) -> str:
        return str(self.customer)
