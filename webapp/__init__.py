"""The server: a release in, a page and a small API out. No torch, nothing of train or export."""
