"""The networks again, from torch's own layers, without anything of grokterm: what they are measured against.

b sample, k operand, t position
"""

import torch
from torch import nn
from torch.nn import functional as F

_ACTIVATIONS = {"relu": nn.ReLU(), "gelu": nn.GELU()}


class Square(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * x


class MLP(nn.Module):
    """Operands one-hot or embedded, or numbers; then nn.Linear and non-linearities in turn."""

    def __init__(self, spec, shown) -> None:
        super().__init__()
        tokens = shown.kind == "tokens"
        self.embed = nn.Embedding(shown.values, spec.embedding) if tokens and spec.embedding else None
        self.values = shown.values if tokens else None
        width = shown.operands * (spec.embedding or shown.values) if tokens else shown.features
        self.linears = nn.ModuleList()
        layers = []
        for number, columns in enumerate((*spec.hidden, shown.outputs)):
            tied = spec.tied and 1 < number < len(spec.hidden)
            linear = self.linears[1] if tied else nn.Linear(width, columns, bias=spec.bias)
            if not tied:
                self.linears.append(linear)
            layers += [linear, _ACTIVATIONS.get(spec.activation) or Square()]
            width = columns
        self.sequence = nn.Sequential(*layers[:-1])

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        if self.embed is not None:
            inputs = self.embed(inputs).flatten(1)
        elif self.values is not None:
            inputs = F.one_hot(inputs, self.values).flatten(1).to(next(self.parameters()).dtype)
        return self.sequence(inputs)

    def named(self):
        """(recorded name, parameter, whether it lies the other way round)."""
        if self.embed is not None:
            yield "W_E", self.embed.weight, False
        for number, linear in enumerate(self.linears, 1):
            yield f"W_{number}", linear.weight, True
            if linear.bias is not None:
                yield f"b_{number}", linear.bias, False


class Recurrent(nn.Module):
    """nn.LSTM or nn.RNN over the tokens with their constants, or over the numbers of each operand; then nn.Linear."""

    def __init__(self, spec, shown) -> None:
        super().__init__()
        self.tokens = shown.sequence if shown.kind == "tokens" else None
        self.embed = nn.Embedding(shown.vocabulary, spec.embedding) if self.tokens else None
        self.both = getattr(spec, "bidirectional", False)
        self.operands = shown.operands
        entering = spec.embedding if self.tokens else shown.features // shown.operands
        if spec.kind == "lstm":
            self.inner = nn.LSTM(entering, spec.hidden, spec.layers, batch_first=True)
        else:
            more = {"bidirectional": self.both, "nonlinearity": spec.nonlinearity}
            self.inner = nn.RNN(entering, spec.hidden, spec.layers, batch_first=True, **more)
        self.out = nn.Linear(spec.hidden * (1 + self.both), shown.outputs)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        if self.tokens:
            (equals,) = (token for token in self.tokens if token is not None)
            inputs = self.embed(torch.cat([inputs, torch.full((len(inputs), 1), equals)], 1))
        else:
            inputs = inputs.reshape(len(inputs), self.operands, -1)
        out = self.inner(inputs)[0]  # [b, t, directions h]
        half = out.shape[2] // 2
        last = torch.cat([out[:, -1, :half], out[:, 0, half:]], 1) if self.both else out[:, -1]
        return self.out(last)

    def named(self):
        if self.embed is not None:
            yield "W_E", self.embed.weight, False
        for path, parameter in self.inner.named_parameters():
            kind, which, layer, *back = path.split("_")
            name = f"{kind[0].upper() if kind == 'weight' else 'b'}_{which}" + "_back" * len(back)
            yield (name if self.inner.num_layers == 1 else f"layers.{layer[1:]}.{name}"), parameter, False
        yield "W_U", self.out.weight, True
        yield "b_U", self.out.bias, False


class _Residual(nn.Module):
    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        shape = [channels, side, side]
        self.path = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1), nn.LayerNorm(shape), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1), nn.LayerNorm(shape),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.path(x))


class ResNet(nn.Module):
    def __init__(self, spec, shown) -> None:
        super().__init__()
        c, self.side = spec.channels, shown.side
        self.stem = nn.Sequential(nn.Conv2d(1, c, 3, padding=1), nn.LayerNorm([c, shown.side, shown.side]), nn.ReLU())
        self.blocks = nn.Sequential(*(_Residual(c, shown.side) for _ in range(spec.blocks)))
        self.beside = nn.Sequential(nn.Linear(shown.beside, spec.beside), nn.ReLU())
        joined = c * shown.side**2 + spec.beside
        self.head = nn.Sequential(nn.Linear(joined, spec.hidden), nn.ReLU(), nn.Linear(spec.hidden, shown.outputs))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        cells = self.side**2
        x = self.blocks(self.stem(inputs[:, :cells].reshape(-1, 1, self.side, self.side)))
        return self.head(torch.cat([x.reshape(len(x), -1), self.beside(inputs[:, cells:])], 1))

    def named(self):
        pairs = [("stem", self.stem[0], self.stem[1])]
        for number, block in enumerate(self.blocks):
            pairs += [(f"blocks.{number}.{i}", block.path[3 * i], block.path[3 * i + 1]) for i in (0, 1)]
        for name, convolution, norm in pairs:
            yield f"{name}.W", convolution.weight, False
            yield f"{name}.b", convolution.bias, False
            yield f"{name}.ln.weight", norm.weight, False
            yield f"{name}.ln.bias", norm.bias, False
        for name, linear in (("beside", self.beside[0]), ("hidden", self.head[0]), ("out", self.head[2])):
            yield f"W_{name}", linear.weight, True
            yield f"b_{name}", linear.bias, False


KINDS = {"mlp": MLP, "lstm": Recurrent, "rnn": Recurrent, "resnet": ResNet}


def textbook(member, weights: dict[str, torch.Tensor]) -> nn.Module:
    """The network of a member from torch's layers, with these weights (by recorded name), in their precision."""
    spec = member.spec
    network = KINDS[spec.model.kind](spec.model, spec.task.shown).to(next(iter(weights.values())).dtype)
    named = list(network.named())
    assert sorted(name for name, _, _ in named) == sorted(weights)
    with torch.no_grad():
        for name, parameter, turned in named:
            parameter.copy_(weights[name].T if turned else weights[name])
    return network
