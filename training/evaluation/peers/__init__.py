"""What one would otherwise pick for search, on the same passages and vectors, in an environment of its own."""
