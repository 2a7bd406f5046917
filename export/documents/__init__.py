"""The JSON documents and pictures of a release; docs/release-format.md has their layouts."""
