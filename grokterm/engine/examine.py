"""Whether a network of the user's own can be trained here, and how: tried on a few samples.

e member, b sample, n parameter
"""

from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from grokterm.engine.models import build_network
from grokterm.engine.own import said_of
from grokterm.engine.roles import Roles, roles_of
from grokterm.engine.stack import Stack
from grokterm.errors import BadInput
from grokterm.spec import Member, RunSpec
from grokterm.spec.models.module import FoundModel

_CLOSE = 1e-3  # of the largest gradient: more than rounding, less than other mathematics
_MOST_WORK, _MOST_KEPT = 1e10, 1e8  # multiply-adds and numbers of one forward pass: about a second, and 400 MB
_CPU = torch.device("cpu")
_DEAF = "its outputs don't depend on its weights, or can't be differentiated"


def examine(member: Member, inputs: torch.Tensor) -> FoundModel:
    """What is to be known of the network of a member.

    Args:
        member: its model is one of the user's own.
        inputs: [b, ...], a few samples.

    Raises:
        BadInput: it can't be trained so that a run could be repeated and resumed; one line says why.
    """
    name = member.spec.model.module
    networks = [build_network(member._replace(seed=seed)) for seed in (member.seed, member.seed, member.seed + 1)]
    shown = inputs.to(getattr(torch, member.spec.model.dtype)) if inputs.is_floating_point() else inputs
    for check in (_check_modules, _check_weights, _check_buffers):
        _refuse(name, check(networks))
    with said_of("model", name):
        problem = _check_outputs(networks[0], shown, member)
    _refuse(name, problem)
    with said_of("model", name):
        names = {networks[0].field_name(path): tensor for path, tensor in networks[0].named_parameters()}
        roles = roles_of(networks[0], names, shown)
    _refuse(name, roles if isinstance(roles, str) else None)
    found = _counted(networks[0], shown, roles)
    looped = member._replace(spec=_with(member, found))
    mapped = member._replace(spec=_with(member, found.model_copy(update={"kind": "mapped", "why": ""})))
    with said_of("model", name):
        wanted = _gradients(looped, shown)
    _refuse(name, None if wanted.any() else _DEAF)
    why = "it asks for it with `looped = True`" if getattr(networks[0].network, "looped", False) else None
    why = why or _why_not_mapped(mapped, shown, wanted)
    return found.model_copy(update={"why": why}) if why else mapped.spec.model.found


def batches(spec: RunSpec) -> tuple[int, ...]:
    """How many samples go through the network at a time: in an update, the last of an epoch, and the test part."""
    whole, size = spec.task.train_size, spec.batch_size
    return tuple(dict.fromkeys((size, whole % size or size, spec.task.test_size)))


def try_batches(member: Member, inputs: torch.Tensor) -> None:
    """Forward with as many samples as there will be, unless that takes long.

    Args:
        member: what was found of its network is known.
        inputs: [b, ...]; where they are fewer, they come again.

    Raises:
        BadInput: it fails; one line says why.
    """
    model, outputs = member.spec.model, member.spec.task.shown.outputs
    most = int(min(_MOST_WORK / max(1, model.found.multiplications), _MOST_KEPT / (model.found.kept + outputs)))
    network = build_network(member)
    shown = inputs.to(getattr(torch, model.dtype)) if inputs.is_floating_point() else inputs
    for size in sorted({min(size, member.spec.most_evaluated) for size in batches(member.spec)}):
        if size > most:
            break
        with said_of("model", model.module), torch.no_grad():
            found = network(shown[torch.arange(size) % len(shown)])
        if list(found.shape) != [size, outputs]:
            wanted = [size, outputs]
            _refuse(model.module, f"forward gives {list(found.shape)} for {size} samples; {wanted} would be right")


def _refuse(name: str, problem: str | None) -> None:
    if problem:
        raise BadInput(f"model.module: {name}: {problem}")


def _with(member: Member, found: FoundModel):
    spec = member.spec
    return spec.model_copy(update={"model": spec.model.model_copy(update={"found": found})})


def _check_modules(networks: Sequence[nn.Module]) -> str | None:
    for path, module in networks[0].network.named_modules():
        where = f"{path or 'it'} ({type(module).__name__})"
        if isinstance(module, nn.modules.dropout._DropoutNd) and module.p:
            advice = "take `drop` in forward(self, inputs, drop), call drop(x) and set model.dropout"
            return f"{where} draws what no resume could repeat; {advice}"
        if isinstance(module, nn.modules.batchnorm._NormBase) and module.track_running_stats:
            return f"{where} changes its buffers in training, and a buffer is a constant; nn.LayerNorm would be right"
        loose = [key for key, value in vars(module).items() if isinstance(value, torch.Tensor)]
        if loose:
            advice = f'self.register_buffer("{loose[0]}", ...) would be right'
            return f"{where}: {loose[0]} is a plain tensor, which stays where it is on a GPU; {advice}"
    return None


def _check_weights(networks: Sequence[nn.Module]) -> str | None:
    parameters = dict(networks[0].network.named_parameters())
    if not parameters:
        return "it has no parameters"
    for path, parameter in parameters.items():
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            return f"{path} has no shape before the first call; write its width out"
        if not parameter.is_floating_point():
            return f"{path} is {parameter.dtype}; every weight is of the precision model.dtype"
        if not parameter.requires_grad:
            return f"{path} has requires_grad = False; what isn't trained is a buffer: self.register_buffer"
        if not torch.equal(parameter, networks[1].network.get_parameter(path)):
            return f"{path} has other initial weights with the same seed; draw them from torch's own generator"
        if parameter.shape != networks[2].network.get_parameter(path).shape:
            return f"{path} has another shape with another seed"
    return None


def _check_buffers(networks: Sequence[nn.Module]) -> str | None:
    for path, buffer in networks[0].network.named_buffers():
        if not torch.equal(buffer, networks[2].network.get_buffer(path)):
            return f"the buffer {path} differs by seed; a buffer is a constant that all runs share"
    return None


def _check_outputs(network: nn.Module, inputs: torch.Tensor, member: Member) -> str | None:
    buffers = {path: buffer.clone() for path, buffer in network.network.named_buffers()}
    state = torch.get_rng_state()
    first, drawn = network(inputs), not torch.equal(torch.get_rng_state(), state)
    wanted = [len(inputs), member.spec.task.shown.outputs]
    if not isinstance(first, torch.Tensor):
        return f"forward gives a {type(first).__name__}; a tensor {wanted} would be right"
    if list(first.shape) != wanted:
        return f"forward gives {list(first.shape)} for {list(inputs.shape)}; [samples, outputs] = {wanted} is right"
    if first.dtype != getattr(torch, member.spec.model.dtype):
        return f"forward gives {first.dtype} in a network of {member.spec.model.dtype}"
    if not first.requires_grad:
        return _DEAF
    if first.isnan().any() or first.isposinf().any():  # -inf is what masks a class
        return "forward gives nan or infinity with initial weights"
    for path, buffer in network.network.named_buffers():
        if not torch.equal(buffer, buffers[path]):
            return f"forward changes the buffer {path}; a buffer is a constant"
    if drawn or not torch.equal(first, network(inputs)):
        return "forward gives other numbers when called again; what it draws no resume could repeat"
    return None


def _counted(network: nn.Module, inputs: torch.Tensor, roles: Roles) -> FoundModel:
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes() // tensor.element_size()
        return tensor

    with FlopCounterMode(display=False) as counter, torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
        network(inputs)
    parameters = list(network.parameters())
    for tensor in (inputs, *parameters):
        kept.pop(tensor.untyped_storage().data_ptr(), None)
    matrices = [parameter for parameter in parameters if parameter.dim() > 1]
    return FoundModel(
        kind="looped",
        why="it was not tried",
        names=tuple(network.field_name(path) for path, _ in network.named_parameters()),
        shapes=tuple(tuple(parameter.shape) for parameter in parameters),
        parameters=sum(parameter.numel() for parameter in parameters),
        multiplications=max(counter.get_total_flops() / 2 / len(inputs), _used_once(network)),
        kept=sum(kept.values()) // len(inputs),
        width=max((min(matrix.shape) for matrix in matrices), default=1),
        **roles._asdict(),
    )


def _used_once(network: nn.Module) -> int:
    """Multiply-adds if each weight of a matrix is used once: the library's recurrent kernels are not counted."""
    tables = {id(module.weight) for module in network.modules() if isinstance(module, nn.Embedding)}
    return sum(p.numel() for p in network.parameters() if p.dim() > 1 and id(p) not in tables)


def _gradients(member: Member, inputs: torch.Tensor) -> torch.Tensor:
    """The gradients [e, n] of two members of different seeds."""
    stack = Stack([build_network(member._replace(seed=member.seed + i)) for i in range(2)], _CPU)
    data = inputs.expand(2, *inputs.shape)
    for _, (outputs,) in stack.map(_outputs, data):
        # Another factor for every output: a softmax at the end would make their plain sum constant.
        factors = torch.linspace(0.5, 1.5, outputs[0].numel(), dtype=outputs.dtype).view(outputs.shape[1:])
        (outputs * factors).sum().backward()
    return stack.gradients


def _outputs(network: Callable, inputs: torch.Tensor) -> tuple[torch.Tensor]:
    return (network(inputs),)


def _why_not_mapped(member: Member, inputs: torch.Tensor, wanted: torch.Tensor) -> str | None:
    try:
        found = _gradients(member, inputs)
    except Exception as problem:  # noqa: BLE001 - vmap refuses with many types, and member by member it works
        first = str(problem).strip().splitlines()[:1] or [type(problem).__name__]
        return f"torch.func.vmap says: {first[0][:150]}"
    far = (found - wanted).abs().max() > _CLOSE * wanted.abs().max()
    return "mapped over members it has other gradients" if far or found.isnan().any() else None
