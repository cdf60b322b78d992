"""Learning in the middle of the day: which safe way of answering solves most questions without a person."""
