"""The kinds of [model], one file each; `network` says what all of them have."""

from grokterm.spec.models.mlp import MLP
from grokterm.spec.models.network import ModelSection
from grokterm.spec.models.transformer import Transformer

__all__ = ["MLP", "ModelSection", "Transformer"]
