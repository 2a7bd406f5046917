"""From results to docs/: claims, tables and figures."""
