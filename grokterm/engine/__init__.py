"""The worker process, and everything that imports torch. Nothing outside this package imports it."""
