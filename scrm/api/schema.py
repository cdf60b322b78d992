"""What every operation of the schema may answer besides its own: the one shape of failures; and how programs prove who they are."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class FailureSerializer(serializers.Serializer):
    """`code` is stable for programs, `message` for people; `fields` says what is wrong with each field of the input."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "scrm.api.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer"}


class Schema(AutoSchema):
    """Adds 400, 403, 404 and 429 in the shape of failures."""

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        for status in ("400", "403", "404", "429"):
            bodies.setdefault(status, self._get_response_for_code(FailureSerializer, status))
        return bodies
