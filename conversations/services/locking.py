"""The row lock that orders everything said in a conversation."""

from django.utils.translation import gettext_lazy as _

from conversations.choices import ConversationState
from conversations.models import Conversation
from scrm.core.errors import Conflict, NotFound


def conversation_locked_in_tx(conversation_id: int) -> Conversation:
    """The conversation, locked until commit. NotFound when it is gone."""
    try:
        return Conversation.objects.select_for_update(of=("self",)).select_related("account").get(pk=conversation_id)
    except Conversation.DoesNotExist as error:
        raise NotFound from error


def open_conversation_locked_in_tx(conversation_id: int) -> Conversation:
    """As above; Conflict when the conversation is closed."""
    conversation = conversation_locked_in_tx(conversation_id)
    if conversation.state != ConversationState.OPEN:
        raise Conflict(_("This conversation is closed."))
    return conversation
