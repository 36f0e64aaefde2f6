"""The terminal: draws what `analysis` and `record` say, and computes nothing about training."""
