"""Curves of a training that never happened: falling, noisy, and always the same for the same job.

Columns: Amazon Bedrock User Guide, "Analyze the results of a model customization job" (read 2026-11-22). Steps count
from 1, as in a recorded file (the guide says 0), and epochs from 0; the recorded Nova file lacks perplexity.
"""

import math
import random
from collections.abc import Iterator

MOST_STEPS = 100_000


def training_losses(job_id: str, steps: int) -> Iterator[float]:
    """Down from about 1.8 towards 0.15-0.5 with noise that shrinks along."""
    dice = random.Random(f"{job_id}/training")
    start, floor, pace = dice.uniform(1.4, 2.2), dice.uniform(0.15, 0.5), dice.uniform(3, 6)
    for step in range(steps):
        smooth = floor + (start - floor) * math.exp(-pace * step / max(steps - 1, 1))
        yield max(0.01, smooth * (1 + dice.gauss(0, 0.08)))


def validation_losses(job_id: str, epochs: int) -> Iterator[float]:
    """One for each epoch: above the training loss, turning up again when the training goes on for long."""
    dice = random.Random(f"{job_id}/validation")
    start, floor = dice.uniform(1.2, 1.6), dice.uniform(0.45, 0.8)
    for epoch in range(epochs):
        over_fit = 0.02 * max(0, epoch - 3)
        yield floor + (start - floor) * math.exp(-1.1 * epoch) + over_fit + dice.uniform(0, 0.02)


def steps_of(rows: int, batch: int, epochs: int) -> tuple[int, int]:
    """Steps in an epoch and in all; bounded, because a file is written for them."""
    each = max(1, math.ceil(rows / batch))
    each = min(each, max(1, MOST_STEPS // epochs))
    return each, each * epochs


def csv(column: str, losses: Iterator[float], per_epoch: int, perplexity: bool) -> str:
    lines = [f"step_number,epoch_number,{column}" + (",perplexity" if perplexity else "")]
    for step, loss in enumerate(losses):
        line = f"{step + 1},{step // per_epoch},{loss!r}"
        lines.append(f"{line},{math.exp(loss)!r}" if perplexity else line)
    return "\n".join(lines) + "\n"
