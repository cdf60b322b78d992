"""Is what we know still true? Findings of the weekly review: out of date, double, contradictory, unused."""
