"""Fitted weights."""

SENTENCE = {"bias": -4.0, "here": 2.0, "context": 1.0, "passage": 0.6, "offers": 0.6, "near": 0.8, "year": 0.3}
ANSWER = {"bias": -3.0, "best": 2.0}
THRESHOLD = 0.5
