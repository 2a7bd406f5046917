"""Export: run folders in, a release out. Uses torch and ONNX, and nothing of the web."""
