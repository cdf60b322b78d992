"""Models: what embeds, what writes, and where their files lie."""

from scrm.settings import env

SCRM_HOME = env.path("SCRM_HOME", env.BASE_DIR / "var")
MODELS_DIR = SCRM_HOME / "models"

# A sentence-transformers name or folder, or `openai:MODEL` for an OpenAI-compatible /v1/embeddings endpoint.
EMBEDDING_MODEL = env.text("SCRM_EMBEDDING_MODEL", "intfloat/multilingual-e5-small")
EMBEDDING_BASE_URL = env.text("SCRM_EMBEDDING_BASE_URL")
EMBEDDING_API_KEY = env.text("SCRM_EMBEDDING_API_KEY")
# Passages encoded at once in a process: 0 = one a core. Interactive workers get 1, so that nothing delays a reply.
ENCODER_THREADS = env.number("SCRM_ENCODER_THREADS", 0)

# Generation: with all of OPENAI_BASE_URL (or a key) and SCRM_CHAT_MODEL set, an endpoint writes; else answers are extractive.
OPENAI_BASE_URL = env.text("OPENAI_BASE_URL")
OPENAI_API_KEY = env.text("OPENAI_API_KEY")
CHAT_MODEL = env.text("SCRM_CHAT_MODEL")
# Seconds for all attempts together: the customer has the quoted answer within 15 s when the endpoint hangs.
CHAT_TIMEOUT_S = env.decimal("SCRM_CHAT_TIMEOUT", 10.0)
# Asked in this order when the one above does not answer: "base-url key model", several with ";"; a key of - is none.
CHAT_FALLBACKS = env.rows("SCRM_CHAT_FALLBACKS", columns=3)
# What the smallest of these models takes at once, in tokens: passages are left out, the last first, until question and answer fit.
CHAT_CONTEXT_TOKENS = env.number("SCRM_CHAT_CONTEXT_TOKENS", 8192)
# The longest answer it may write, in tokens; what it would have said after that is missing.
CHAT_ANSWER_TOKENS = env.number("SCRM_CHAT_ANSWER_TOKENS", 800)
# Tokens a day, questions and answers, by all processes together; 0 = any. One number for each endpoint, or several with "," in their order.
CHAT_TOKENS_PER_DAY = env.numbers("SCRM_CHAT_TOKENS_PER_DAY")

# A second judge over each sentence that the check of words let through: off, llm (the endpoint above, one more call) or nli (a
# sentence-transformers CrossEncoder for inference, by name or folder). A sentence it does not find in its source is cut.
SECOND_OPINION = env.choice("SCRM_SECOND_OPINION", ("off", "llm", "nli"))
SECOND_OPINION_TIMEOUT_S = env.decimal("SCRM_SECOND_OPINION_TIMEOUT", 4.0)
NLI_MODEL = env.text("SCRM_NLI_MODEL")
NLI_LEAST = env.decimal("SCRM_NLI_LEAST", 0.5)

# Reranking, off unless a model is named: a sentence-transformers CrossEncoder by name or folder, or that of an endpoint with /rerank.
RERANK_MODEL = env.text("SCRM_RERANK_MODEL")
RERANK_BASE_URL = env.text("SCRM_RERANK_BASE_URL")
RERANK_API_KEY = env.text("SCRM_RERANK_API_KEY")
RERANK_TIMEOUT_S = env.decimal("SCRM_RERANK_TIMEOUT", 2.0)
RERANK_DEPTH = env.number("SCRM_RERANK_DEPTH", 20)
