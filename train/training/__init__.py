"""Training one model: the loop, its losses, checkpoints, devices and processes."""
