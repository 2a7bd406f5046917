"""How bytes leave the server: files, negotiation, compression, limits, headers."""
