"""Training: images in, run folders out. Knows nothing of ONNX or the web."""
