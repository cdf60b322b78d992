"""Whether a candidate may serve, and how it comes to and from service."""
