from tests.knowledge.conftest import base, endpoint, person, publish, release  # noqa: F401
