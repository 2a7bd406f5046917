"""Models that were trained elsewhere: torch modules or ONNX files in, a release out."""
