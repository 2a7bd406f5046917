"""What a trained model is worth: likelihood, probes, samples, anomalies, style, attributes."""
