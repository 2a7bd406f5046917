"""PyTorch modules as ONNX graphs, and the proof that both compute the same."""
