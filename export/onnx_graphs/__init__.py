"""PyTorch modules as ONNX graphs, and the check that both compute the same."""
