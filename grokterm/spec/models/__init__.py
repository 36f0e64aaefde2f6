"""The kinds of [model], one file each; `network` says what all of them have."""

from grokterm.spec.models.lstm import LSTM
from grokterm.spec.models.mlp import MLP
from grokterm.spec.models.module import ModuleModel
from grokterm.spec.models.network import ModelSection
from grokterm.spec.models.resnet import ResNet
from grokterm.spec.models.rnn import RNN
from grokterm.spec.models.transformer import Transformer

__all__ = ["LSTM", "MLP", "RNN", "ModelSection", "ModuleModel", "ResNet", "Transformer"]
