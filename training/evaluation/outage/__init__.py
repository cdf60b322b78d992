"""What a customer gets when the language model fails: an endpoint that breaks in every way known, and a measurement with it."""
