from tests.knowledge.conftest import endpoint, release  # noqa: F401
