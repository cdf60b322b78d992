"""How fast files become searchable, beside the bare libraries, and what memory it takes."""
