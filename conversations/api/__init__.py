"""Endpoints of this room; found by scrm.api.urls."""

from conversations.api.search import SearchViewSet
from conversations.api.views import ConversationViewSet, QuestionViewSet
from scrm.api.registry import ENDPOINTS

ENDPOINTS.register("conversations", ConversationViewSet)
ENDPOINTS.register("questions", QuestionViewSet)
ENDPOINTS.register("search", SearchViewSet)
