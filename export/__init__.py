"""Export: run folders in, a release out. Knows torch and ONNX; knows nothing of the web."""
