"""Milliseconds a step of seed 000's network in TransformerLens 2.x, for the README's table of measurements.

It needs an environment of its own, since TransformerLens pins much of what grokterm leaves open:

    python3 -m venv /tmp/tl && /tmp/tl/bin/pip install 'torch==2.13.0' 'transformer-lens>=2,<3' 'pyarrow<20'
    /tmp/tl/bin/python tests/bench/tl_step.py --fraction 0.3 --threads 2

Set-up as in the public demo that the paper's network matches to the parameter: full batch, loss in float64, AdamW.
`step` is the training step alone; `epoch` adds the test loss that the demo evaluates after every step.
"""

import argparse
import statistics
import time

import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig


def build(p: int) -> HookedTransformer:
    """The 227,313-parameter network of seed 000 (at p = 113)."""
    return HookedTransformer(
        HookedTransformerConfig(
            n_layers=1, n_heads=4, d_model=128, d_head=32, d_mlp=512, act_fn="relu", normalization_type=None,
            d_vocab=p + 1, d_vocab_out=p, n_ctx=3, init_weights=True, device="cpu", seed=0,
        )
    )  # fmt: skip


def loss_of(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy at the last position, in float64."""
    chosen = logits[:, -1].double().log_softmax(-1).gather(-1, labels[:, None])
    return -chosen.mean()


def main() -> None:
    """Time both loops and print their medians."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fraction", type=float, default=0.3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=15)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    p = 113
    pairs = torch.cartesian_prod(torch.arange(p), torch.arange(p))
    data = torch.cat([pairs, torch.full((p * p, 1), p)], 1)
    labels = pairs.sum(1) % p
    order = torch.randperm(p * p)
    train, test = order[: int(asked.fraction * p * p)], order[int(asked.fraction * p * p) :]
    model = build(p)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=1.0)
    steps, epochs = [], []
    for _ in range(asked.steps + 3):
        begun = time.perf_counter()
        loss_of(model(data[train]), labels[train]).backward()
        optimizer.step()
        optimizer.zero_grad()
        steps.append(time.perf_counter() - begun)
        with torch.inference_mode():
            loss_of(model(data[test]), labels[test])
        epochs.append(time.perf_counter() - begun)
    medians = [1000 * statistics.median(times[3:]) for times in (steps, epochs)]
    print(f"fraction {asked.fraction}: step {medians[0]:.1f} ms, epoch with test loss {medians[1]:.1f} ms")


if __name__ == "__main__":
    main()
