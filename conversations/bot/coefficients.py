"""Fitted weights of two logistic regressions (L2 = 2, figures unscaled), and the thresholds that go with them.

Data: RGB zh (104 + 26 questions, 10 found passages each, with and without those that answer; CC BY-NC-SA, not shipped), CMRC 2018 trial
(300), FAQ questions on UCloud and Debian documentation (178 + 105, with and without the right document) and 360 questions asked of another
set's documents. SENTENCE: does a sentence hold the answer. BY_MEANING, BY_WORDS: do the passages answer at all, with and without
cosines of a known scale; RGB questions counted three times. Five-fold cross-validated on whole questions, answered of the
answerable / refused of the unanswerable: RGB 0.88 / 0.84, CMRC 0.85 / 0.97, explanations from documentation 0.90 answered,
questions of another field 0.99 refused.
"""

# Cosines of multilingual-e5 lie between these for unrelated texts and for a question with its answer.
COSINE_SCALES = {"multilingual-e5": (0.75, 0.95)}

SENTENCE = {"bias": -8.58, "context": 1.45, "near": 0.01, "here": 2.06, "offers": 2.24, "year": 0.39, "length": 1.26, "passage": 2.7, "asks": -0.45}
# A sentence's own log-odds, and what other passages add that offer the same answer.
AGREED = {"bias": -1.8, "alone": 0.46, "agreement": 3.0}

BY_MEANING = {
    "explanation": {"bias": -9.78, "best": -0.08, "cosine": 16.38, "cosines": -8.42, "passage": 4.66},
    "crowd": {"bias": -14.77, "agree": 0.89, "top": 3.73, "near": 1.06, "cosine": 13.84},
    "few": {"bias": 2.79, "best": 1.27, "cosine": 6.59, "cosines": -11.33, "heading": 10.63},
}
BY_WORDS = {
    "explanation": {"bias": -4.26, "best": 0.0, "passage": 7.21, "passages": -2.04, "heading": 3.04},
    "crowd": {"bias": -2.73, "agree": 1.72, "top": 3.18, "near": 1.14},
    "few": {"bias": -1.55, "best": 0.95, "passage": 5.27, "passages": -6.16, "heading": 11.79},
}

# An explanation that is not quite right still helps; a wrong fact does harm.
LEAST_FACT = 0.55
LEAST_EXPLANATION = 0.4
