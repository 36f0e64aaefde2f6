"""Mean squared error, on classes and on numbers.

b sample, v output
"""

from typing import ClassVar

import torch

from grokterm.engine.losses.loss import Loss, wide


class MSE(Loss):
    """mean over v of (alpha z_v - target_v)^2: torch.nn.functional.mse_loss, sample by sample.

    The target of a class (answers [b] int64) is its one-hot vector; that of a number is the number, answers [b] or
    [b, v], and outputs [b, 1] or [b].
    """

    fields: ClassVar[dict[str, float]] = {"logit_scale": 1.0}

    def values(self, outputs: torch.Tensor, answers: torch.Tensor, *numbers: torch.Tensor) -> torch.Tensor:
        outputs = wide(outputs, self.dtype)
        for alpha in numbers:
            outputs = outputs * alpha.to(outputs.dtype)
        outputs = outputs.to(self.dtype)
        if answers.is_floating_point():
            error = outputs - answers.to(self.dtype).reshape(outputs.shape)
        else:
            classes = torch.arange(outputs.shape[-1], device=outputs.device)
            error = outputs - (classes == answers.unsqueeze(-1)).to(self.dtype)
        return error.square().flatten(1).mean(-1) if error.dim() > 1 else error.square()
