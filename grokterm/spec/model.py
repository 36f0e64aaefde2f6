"""[model]: the network of one member."""

from grokterm.spec.base import one_of
from grokterm.spec.models import LSTM, MLP, RNN, ModuleModel, ResNet, Transformer

Model = one_of("kind", "transformer", Transformer, MLP, LSTM, RNN, ResNet, ModuleModel)
