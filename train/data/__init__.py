"""Datasets: whole tensors, read from files, folders and generators."""
