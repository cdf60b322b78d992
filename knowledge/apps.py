from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"

    def ready(self):
        from knowledge.retrieval.indexes import release_index_ensure
        from scrm.ai.registry import before_activation

        before_activation.register("vector index", release_index_ensure)
