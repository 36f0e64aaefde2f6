"""The console in a browser. Loaded by `grokterm serve` alone."""
