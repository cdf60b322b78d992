"""From a file to searchable chunks: parse -> chunk -> embed -> index -> publish. Parsers and the chunker know no database."""
