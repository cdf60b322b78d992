"""How search behaves as the number of passages grows, in a database of its own."""
