"""Expected failures as JSON: {"code", "message"}; mapped once for every endpoint."""

from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from scrm.core.errors import ScrmError


def exception_handler(exc, context):
    if isinstance(exc, ScrmError):
        return Response({"code": exc.code, "message": str(exc)}, status=exc.status)
    return drf_exception_handler(exc, context)
