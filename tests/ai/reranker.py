"""A small server that answers POST /v1/rerank as Jina, Cohere and vLLM do. It refuses what they refuse."""

from tests.ai.endpoint import Endpoint, Refused


class Reranker(Endpoint):
    """A passage is worth the number of `wanted` in it. `missing`: results it leaves out."""

    rerank_model = "reranker-1"

    def __init__(self):
        super().__init__()
        self.wanted, self.missing = "退货", 0

    def answer(self, path: str, authorization: str, body: dict) -> dict:
        if path != "/v1/rerank":
            return super().answer(path, authorization, body)
        self.requests.append(body)
        if authorization != f"Bearer {self.key}":
            raise Refused(401, "Invalid API key")
        if self.failures:
            raise Refused(self.failures.pop(0), "busy")
        if body.get("model") != self.rerank_model:
            raise Refused(404, "The model does not exist")
        documents = body.get("documents")
        if not isinstance(body.get("query"), str) or not body["query"].strip():
            raise Refused(422, "query must be a string with length > 0")
        if not documents or not all(isinstance(text, str) and text for text in documents):
            raise Refused(422, "documents must be a list of strings, none empty")
        if not 1 <= body.get("top_n", 1) <= len(documents):
            raise Refused(422, "top_n is out of range")
        rows = [{"index": at, "relevance_score": text.count(self.wanted) / 10} for at, text in enumerate(documents)]
        # Best first, as the real ones: `index` says which document it is.
        return {"model": self.rerank_model, "results": sorted(rows, key=lambda row: -row["relevance_score"])[self.missing :]}
