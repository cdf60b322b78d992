"""Annotations from JSONL: what a line says, what is wrong with it, and what contradicts it. The format is that of the export."""
