from conversations.models.cache import CachedAnswer, CacheUse, ContentStamp
from conversations.models.channels import ChannelAccount, ChannelIdentity, InboundEvent
from conversations.models.conversations import Conversation, Message
from conversations.models.drafts import ReplyDraft
from conversations.models.outbound import OutboundMessage
from conversations.models.prompts import PromptTrial, PromptVersion
from conversations.models.questions import Question
from conversations.models.reviews import ReviewApproval, ReviewTask, RiskRule
from conversations.models.satisfaction import Satisfaction
from conversations.models.turns import Citation, Turn

__all__ = [
    "CacheUse",
    "CachedAnswer",
    "ChannelAccount",
    "ChannelIdentity",
    "Citation",
    "ContentStamp",
    "Conversation",
    "InboundEvent",
    "Message",
    "OutboundMessage",
    "PromptTrial",
    "PromptVersion",
    "Question",
    "ReplyDraft",
    "ReviewApproval",
    "ReviewTask",
    "RiskRule",
    "Satisfaction",
    "Turn",
]
