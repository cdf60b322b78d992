"""What this room announces. Receivers only enqueue."""

from django.dispatch import Signal

# A customer tapped 已解决 or 未解决. Arguments: turn_id (int), author (str, "identity:ID"), solved (bool).
answer_rated = Signal()
# The words of these turns were erased (turn_ids): whoever keeps copies of them drops those.
turns_erased = Signal()
# A review was decided (task_id): what the reviewer changed, approved or rejected is data for annotation.
review_decided = Signal()
# Somebody opened a source below an answer. Arguments: author_id, turn_id or question_id, number (the source's), document_id.
source_opened = Signal()
