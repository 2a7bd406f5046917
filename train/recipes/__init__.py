"""Recipes: what a model is made of and how it is trained."""
