"""Before rows are deleted in sets: what other rooms pointed at them with keeps what it says and loses the pointer."""

from django.db.models import SET_NULL, Model, QuerySet


def detach_in_tx(model: type[Model], rows: QuerySet) -> None:
    """What SET_NULL means, for rows of other rooms (citations) that point at these."""
    for relation in model._meta.related_objects:
        if relation.on_delete is SET_NULL and relation.related_model._meta.app_label != model._meta.app_label:
            pointing = relation.related_model.objects.filter(**{f"{relation.field.name}__in": rows.values("pk")})
            pointing.update(**{relation.field.name: None})
