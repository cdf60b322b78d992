"""Lists filtered by grant, inside the query, failing closed."""

from django.db.models import QuerySet

from scrm.access import policy


class VisibleQuerySet(QuerySet):
    """`visible_to(user)`: rows of containers the user may use. `container_path` leads from a row to its container ("" = itself)."""

    container_path = ""

    def container_model(self):
        model = self.model
        for step in filter(None, self.container_path.split("__")):
            model = model._meta.get_field(step).related_model
        return model

    def visible_to(self, user):
        key = f"{self.container_path}__in" if self.container_path else "pk__in"
        return self.filter(**{key: policy.granted_ids(user, self.container_model())})
