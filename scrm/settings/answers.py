"""The answer cache: whether, how long, how much."""

from scrm.settings import env

# Answers that were verified once are given again until a source changes.
ANSWER_CACHE = env.flag("SCRM_ANSWER_CACHE", True)
# Also for another wording of the question (conversations.bot.alike decides).
ANSWER_CACHE_SEMANTIC = env.flag("SCRM_ANSWER_CACHE_SEMANTIC", True)
# Hours after which an answer is worked out anew, though nothing changed.
ANSWER_CACHE_HOURS = env.number("SCRM_ANSWER_CACHE_HOURS", 168)
# Entries kept in all; the nightly purge removes the least recently used beyond. 0 = keep none.
ANSWER_CACHE_MOST = env.number("SCRM_ANSWER_CACHE_MOST", 20_000)
# Seconds a question waits for an equal one that is being answered. Longer than an endpoint's time limit (SCRM_CHAT_TIMEOUT).
ANSWER_CACHE_WAIT_S = env.decimal("SCRM_ANSWER_CACHE_WAIT", 11.0)
