"""The figures of the feature table, drawn from finished runs and from the study's results."""
