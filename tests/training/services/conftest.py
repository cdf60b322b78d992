from tests.knowledge.conftest import base, endpoint, person, release  # noqa: F401
