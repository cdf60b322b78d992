"""Coefficients of knowledge/retrieval/calibration; what each stands on is told there."""

INTERCEPT, PER_DEVIATION, PER_SHARE = -3.159, 0.3476, 5.337
