"""Recipes: the hyperparameters of every model."""
