"""The run folder: what a finished run leaves behind."""
