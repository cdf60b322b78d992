"""Pages of the web as documents: what to ask (addresses, robots, sitemaps), how (visits), and what of a page is its content (extract)."""
