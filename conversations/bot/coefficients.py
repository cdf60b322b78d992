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
    "bias": -7.46, "under": 1.13, "context": 3.22, "near": 0.72, "here": 1.72, "offers": 1.85, "year": 0.48, "length": 1.04, "passage": 0.08, "asks": -0.57,
}
# A sentence's own log-odds, and what other passages add that offer the same answer.
AGREED = {"bias": -1.9, "alone": 0.42, "agreement": 3.05}

BY_MEANING = {
    "explanation": {"bias": -10.96, "best": 0.02, "passage": 2.93, "passages": -6.18, "context": 5.12, "cosine": 11.75},
    "crowd": {"bias": -15.47, "agree": 0.83, "top": 3.56, "near": 1.33, "cosine": 14.14},
    "few": {"bias": -3.87, "best": 0.61, "fit": 1.83, "context": 5.96, "passages": -8.39, "heading": 8.17, "cosine": 1.46},
}
BY_WORDS = {
    "explanation": {"bias": -5.26, "best": -0.2, "passage": 3.75, "passages": -2.58, "heading": 2.17, "context": 5.09},
    "crowd": {"bias": -2.97, "agree": 1.66, "top": 2.98, "near": 1.47},
    "few": {"bias": -3.04, "best": 0.63, "fit": 1.88, "context": 6.02, "passages": -7.89, "heading": 8.37},
}

# An explanation that is not quite right still helps; a wrong fact does harm.
LEAST_FACT = 0.5
LEAST_EXPLANATION = 0.4
