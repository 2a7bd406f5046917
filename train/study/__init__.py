"""The study: a grid of runs over seeds, trained several at a time."""
