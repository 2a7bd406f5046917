"""Networks: the autoencoder, its layers and storage, and the held-out classifiers."""
