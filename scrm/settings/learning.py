"""The learning loop: when it runs, with how much, and who decides."""

from scrm.settings import env

# Fewest new labels since the last night; with fewer there is nothing to learn and the night is skipped.
LEARN_LEAST_LABELS = env.number("SCRM_LEARN_LEAST_LABELS", 20)
# Torch's threads while training, at nice 19. On a busy machine of two cores two wait for each other.
LEARN_THREADS = env.number("SCRM_LEARN_THREADS", 1)
# True: what passes the gate serves at once. False: it waits for a person's approval.
LEARN_AUTOMATIC = env.flag("SCRM_LEARN_AUTOMATIC", True)
# How the query side is taught: "head", a step after the query encoder for each base, in seconds; "query", the encoder's own upper layers.
LEARN_WAY = env.text("SCRM_LEARN_WAY", "head")
# Epochs of the query tower and of both towers; those of a head are found by cross-validation.
LEARN_EPOCHS = env.number("SCRM_LEARN_EPOCHS", 3)

# Real questions that are put to a candidate and to what serves before anything switches; 0: none.
SHADOW_QUESTIONS = env.number("SCRM_SHADOW_QUESTIONS", 100)
# Share (0-1) of the new questions that are put to both while a candidate waits for a decision.
SHADOW_SHARE = env.decimal("SCRM_SHADOW_SHARE", 0.2)
# Share (0-1) of conversations that a candidate answers before it serves all; 0: it serves all at once.
CANARY_SHARE = env.decimal("SCRM_CANARY_SHARE", 0.0)
# Answers of the candidate after which it is promoted by itself, unless its figures were worse before.
CANARY_CASES = env.number("SCRM_CANARY_CASES", 300)
# Learn from reviewers which answers a person should see first; it raises risk, never lowers it, and is in use once it has proved itself.
RISK_LEARNING = env.flag("SCRM_RISK_LEARNING", True)
# Days after which the passage vectors of a model that serves no more are removed; 0 keeps them for ever. Never those of the release in use
# or of the one a click goes back to.
KEEP_OLD_VECTORS_DAYS = env.number("SCRM_KEEP_OLD_VECTORS_DAYS", 14)

# Real-time learning: safe ways of answering are tried in real turns (training.services.bandit). Off, a turn costs nothing more.
BANDIT = env.flag("SCRM_BANDIT")
BANDIT_EXPLORED = min(0.5, max(0.0, env.decimal("SCRM_BANDIT_EXPLORED", 0.2)))  # largest share of turns that leave the default
BANDIT_ARMS = env.items("SCRM_BANDIT_ARMS", ("meaning", "words", "wide", "strict"))
