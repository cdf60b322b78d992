"""Fitted weights of two logistic regressions (L2 = 2, figures unscaled), and the thresholds that go with them.

Data: RGB zh (104 + 26 questions, 10 found passages each, with and without those that answer; CC BY-NC-SA, not shipped), CMRC 2018
trial (300), 149 questions on the demo shop's documents (60 of them about things these do not say), FAQ questions on the documentation of
UCloud and Debian (178 + 105, with and without the right document) and 360 questions asked of another set's documents.
SENTENCE: does a sentence hold the answer. BY_MEANING, BY_WORDS: do the passages answer at all, with and without cosines of a known
scale; RGB and shop questions counted three times. Five-fold cross-validated, answered of the answerable / refused of the unanswerable:
facts of RGB 0.85 / 0.79, of CMRC 0.91 / 0.98, of the shop 0.86 / 0.84; explanations from documentation 0.89 answered; questions of
another field 0.98 refused. The bias of "crowd" was then lowered by 0.25: better refused than wrong.
"""

# Cosines of multilingual-e5 lie between these for unrelated texts and for a question with its answer.
COSINE_SCALES = {"multilingual-e5": (0.75, 0.95)}

SENTENCE = {
    "bias": -7.48,
    "under": 0.91,
    "context": 3.18,
    "near": 0.82,
    "here": 1.62,
    "offers": 1.81,
    "year": 0.46,
    "length": 1.09,
    "passage": 0.16,
    "asks": -0.55,
}
# A sentence's own log-odds, and what other passages add that offer the same answer.
AGREED = {"bias": -1.89, "alone": 0.42, "agreement": 3.05}

BY_MEANING = {
    "explanation": {"bias": -10.93, "best": 0.03, "passage": 2.93, "passages": -6.2, "context": 5.1, "cosine": 11.76},
    "crowd": {"bias": -15.44, "agree": 0.82, "top": 3.58, "near": 1.31, "cosine": 14.13},
    "few": {"bias": -3.82, "best": 0.62, "fit": 1.83, "context": 6.28, "passages": -7.63, "heading": 8.65, "cosine": 0.51},
}
BY_WORDS = {
    "explanation": {"bias": -5.24, "best": -0.19, "passage": 3.75, "passages": -2.59, "heading": 2.17, "context": 5.07},
    "crowd": {"bias": -2.94, "agree": 1.65, "top": 2.99, "near": 1.44},
    "few": {"bias": -3.54, "best": 0.63, "fit": 1.84, "context": 6.31, "passages": -7.46, "heading": 8.71},
}

# An explanation that is not quite right still helps; a wrong fact does harm.
LEAST_FACT = 0.5
LEAST_EXPLANATION = 0.4
