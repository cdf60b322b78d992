from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    verbose_name = _("Knowledge")

    def ready(self):
        from knowledge.receivers import vectors_complete
        from knowledge.retrieval.background import release_background_ensure
        from knowledge.retrieval.indexes import release_index_ensure
        from knowledge.services.vectors import release_vectors_ensure
        from scrm.ai.registry import before_activation, release_activated

        before_activation.register("passage vectors", release_vectors_ensure)
        before_activation.register("vector index", release_index_ensure)
        release_activated.connect(vectors_complete, dispatch_uid="knowledge.vectors_complete")
        before_activation.register("cosine background", release_background_ensure)
