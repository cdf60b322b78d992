"""What changes models: engines without database. Torch is imported inside functions only, and only the training worker calls them."""
