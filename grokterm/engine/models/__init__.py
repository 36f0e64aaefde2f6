"""Networks, each written for one member in plain PyTorch. `grokterm.engine.stack` maps them over members."""

from grokterm.engine.models.transformer import Transformer

__all__ = ["Transformer"]
