"""Models that serve: which encoders embed, which release answers now, and the chat endpoint."""
