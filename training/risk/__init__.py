"""A classifier of answers that people should see first, learned from what reviewers changed. It only ever adds a topic to those of the rules."""
