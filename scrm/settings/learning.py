"""The learning loop: when it runs, with how much, and who decides."""

from scrm.settings import env

# Fewest new labels since the last night; with fewer there is nothing to learn and the night is skipped.
LEARN_LEAST_LABELS = env.number("SCRM_LEARN_LEAST_LABELS", 20)
# Torch's threads while training, at nice 19. On a busy machine of two cores two wait for each other.
LEARN_THREADS = env.number("SCRM_LEARN_THREADS", 1)
# True: what passes the gate serves at once. False: it waits for a person's approval.
LEARN_AUTOMATIC = env.flag("SCRM_LEARN_AUTOMATIC", True)
# Epochs of the query tower.
LEARN_EPOCHS = env.number("SCRM_LEARN_EPOCHS", 3)
