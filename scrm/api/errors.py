"""Failures as JSON in one shape: {"code", "message", "fields"}; mapped once for every endpoint."""

from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from scrm.core.errors import Invalid, ScrmError


def exception_handler(exc, context):
    """`fields`: what is wrong with each field, of input that is not valid; else empty."""
    if isinstance(exc, ScrmError):
        return Response({"code": exc.code, "message": str(exc), "fields": {}}, status=exc.status)
    response = drf_exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, ValidationError):
        fields = response.data if isinstance(response.data, dict) else {"non_field_errors": response.data}
        response.data = {"code": Invalid.code, "message": str(Invalid.default_message), "fields": fields}
    else:
        detail = response.data.get("detail", "")
        response.data = {"code": getattr(detail, "code", "error"), "message": str(detail), "fields": {}}
    return response
