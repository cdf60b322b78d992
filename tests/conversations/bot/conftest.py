from tests.conversations.services.conftest import account  # noqa: F401
from tests.knowledge.conftest import endpoint, release  # noqa: F401
