"""The JSON documents and pictures of a release, each computed from a run."""
