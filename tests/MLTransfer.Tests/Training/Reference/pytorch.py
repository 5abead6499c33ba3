"""Writes pytorch.json, the numbers of PyTorch that the tests of this folder compare with.

    python3 pytorch.py > pytorch.json

Made with PyTorch 1.13.1 (Debian 12). Everything is computed in float64, so that only the arithmetic of the library differs.
"""
import json
import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler as schedulers

EPOCHS, STEPS = 12, 5


def rates(make, steps=EPOCHS, step=lambda scheduler, i: scheduler.step()):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, found = make(optimizer), []
    for i in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        step(scheduler, i)
    return found


def one_cycle(optimizer):
    # PyTorch's one cycle ends with the last step, the library's after it: one step more, the peak at the same place.
    total = EPOCHS * STEPS
    return schedulers.OneCycleLR(optimizer, 1.0, total_steps=total + 1, pct_start=(0.25 * total + 1) / (total + 1),
                                 div_factor=10, final_div_factor=1e12, cycle_momentum=False)


def warm_cosine(optimizer):
    warmup, total = 2 * STEPS, EPOCHS * STEPS
    return schedulers.SequentialLR(optimizer, [
        schedulers.LinearLR(optimizer, start_factor=0.01, total_iters=warmup),
        schedulers.CosineAnnealingLR(optimizer, total - warmup)], [warmup])


LOSSES = [1.0, 0.8, 0.79, 0.795, 0.78999, 0.7, 0.71, 0.72, 0.73, 0.74, 0.6, 0.61]
ACCURACIES = [0.5, 0.6, 0.6, 0.59, 0.60001, 0.7, 0.7, 0.69, 0.68, 0.7, 0.8, 0.8]
schedules = {
    "step:3:0.5": rates(lambda o: schedulers.StepLR(o, 3, 0.5)),
    "multi-step:2,7,8:0.3": rates(lambda o: schedulers.MultiStepLR(o, [2, 7, 8], 0.3)),
    "exponential:0.8": rates(lambda o: schedulers.ExponentialLR(o, 0.8)),
    "polynomial:2.5": rates(lambda o: schedulers.PolynomialLR(o, EPOCHS, 2.5)),
    "cosine:0.1": rates(lambda o: schedulers.CosineAnnealingLR(o, EPOCHS, 0.1)),
    "cosine:0.05:2:2": rates(lambda o: schedulers.CosineAnnealingWarmRestarts(o, 2, 2, 0.05)),
    "cosine:0:3:1": rates(lambda o: schedulers.CosineAnnealingWarmRestarts(o, 3)),
    "plateau:2:0.5:loss": rates(lambda o: schedulers.ReduceLROnPlateau(o, "min", 0.5, 2),
                                step=lambda s, i: s.step(LOSSES[i])),
    "plateau:1:0.1:accuracy": rates(lambda o: schedulers.ReduceLROnPlateau(o, "max", 0.1, 1),
                                    step=lambda s, i: s.step(ACCURACIES[i])),
}
by_step = {
    "one-cycle:0.25:10": rates(one_cycle, EPOCHS * STEPS),
    "cosine, warm-up 2e": rates(warm_cosine, EPOCHS * STEPS),
}

START = [0.5, -1.0, 2.0, 0.25]


def gradient(step, weights):
    """That of a bent bowl: its scale changes from parameter to parameter and from step to step."""
    scales = torch.tensor([1.0, 0.1, 3.0, 0.02], dtype=torch.float64)
    return scales * torch.sin(weights + 0.3 * step) + 0.05 * scales * weights


def optimized(make):
    weights = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer, path = make([weights]), []
    for step in range(20):
        weights.grad = gradient(step, weights.detach())
        optimizer.step()
        path.append(weights.detach().tolist())
    return path


optimizers = {
    "Sgd": optimized(lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.1)),
    "Sgd, plain momentum": optimized(lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, weight_decay=0.1)),
    "Sgd, no momentum": optimized(lambda p: torch.optim.SGD(p, 0.05, weight_decay=0.1)),
    "Adam": optimized(lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.1)),
    "AdamW": optimized(lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.1)),
    "RMSProp": optimized(lambda p: torch.optim.RMSprop(p, 0.05, weight_decay=0.1)),
    # PyTorch 1.13's other form of it multiplies by the momentum once too often; later versions do not.
    "NAdam": optimized(lambda p: torch.optim.NAdam(p, 0.05, weight_decay=0.1, foreach=True)),
    "RAdam": optimized(lambda p: torch.optim.RAdam(p, 0.05, weight_decay=0.1)),
    "Adagrad": optimized(lambda p: torch.optim.Adagrad(p, 0.05, weight_decay=0.1)),
}

LOGITS = [[1.5, -0.5, 0.25], [0.1, 2.0, -3.0], [-1.0, 0.5, 0.75], [4.0, -2.0, 1.0]]
LABELS, WEIGHTS, MIXED = [0, 1, 2, 2], [1.0, 2.0, 0.5, 0.5], [[0.7, 0.3, 0], [0, 1, 0], [0, 0.4, 0.6], [0.1, 0, 0.9]]
logits = torch.tensor(LOGITS, dtype=torch.float64)
labels, weights, mixed = torch.tensor(LABELS), torch.tensor(WEIGHTS).double(), torch.tensor(MIXED).double()
hard = F.one_hot(labels, 3).double()


def smoothed(targets, by):
    return targets * (1 - by) + by / 3


def weighted(each):
    return (each * weights).sum() / weights.sum()


def focal(targets, gamma):
    logarithms = F.log_softmax(logits, 1)
    return -(targets * (1 - logarithms.exp()) ** gamma * logarithms).sum(1)


def sigmoid_focal(targets, gamma):
    """torchvision.ops.sigmoid_focal_loss with alpha = -1, the mean over the classes."""
    probability = torch.sigmoid(logits)
    cross_entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    right = probability * targets + (1 - probability) * (1 - targets)
    return (cross_entropy * (1 - right) ** gamma).mean(1)


def bce(targets):
    return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(1)


losses = {
    "CrossEntropy 0 0": F.cross_entropy(logits, labels),
    "CrossEntropy 0.1 0": F.cross_entropy(logits, labels, label_smoothing=0.1),
    "CrossEntropy 0 2": focal(hard, 2).mean(),
    "CrossEntropy 0.1 1.5": focal(smoothed(hard, 0.1), 1.5).mean(),
    "BinaryCrossEntropy 0 0": bce(hard).mean(),
    "BinaryCrossEntropy 0.1 0": bce(smoothed(hard, 0.1)).mean(),
    "BinaryCrossEntropy 0 2": sigmoid_focal(hard, 2).mean(),
    "BinaryCrossEntropy 0.1 1.5": sigmoid_focal(smoothed(hard, 0.1), 1.5).mean(),
}
weighted_losses = {
    "CrossEntropy 0.1 0": weighted(F.cross_entropy(logits, labels, label_smoothing=0.1, reduction="none")),
    "CrossEntropy 0 2": weighted(focal(hard, 2)),
    "BinaryCrossEntropy 0.1 0": weighted(bce(smoothed(hard, 0.1))),
    "BinaryCrossEntropy 0 2": weighted(sigmoid_focal(hard, 2)),
}
mixed_losses = {
    "CrossEntropy 0.1 0": F.cross_entropy(logits, mixed, label_smoothing=0.1),
    "CrossEntropy 0.1 2": focal(smoothed(mixed, 0.1), 2).mean(),
    "BinaryCrossEntropy 0.1 0": bce(smoothed(mixed, 0.1)).mean(),
    "BinaryCrossEntropy 0 2": sigmoid_focal(mixed, 2).mean(),
}


def clipped(clip):
    parameters = [torch.nn.Parameter(torch.zeros(2, dtype=torch.float64)), torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))]
    parameters[0].grad, parameters[1].grad = torch.tensor([3.0, -0.5]).double(), torch.tensor([4.0]).double()
    clip(parameters)
    return [value for parameter in parameters for value in parameter.grad.tolist()]


page = {
    "schedules": schedules, "by_step": by_step, "losses_by_epoch": LOSSES, "accuracies_by_epoch": ACCURACIES,
    "optimizers": optimizers,
    "logits": LOGITS, "labels": LABELS, "weights": WEIGHTS, "mixed": MIXED,
    "losses": {name: loss.item() for name, loss in losses.items()},
    "weighted_losses": {name: loss.item() for name, loss in weighted_losses.items()},
    "mixed_losses": {name: loss.item() for name, loss in mixed_losses.items()},
    "clipped_by_norm_2": clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, 2.0)),
    "clipped_by_value_1": clipped(lambda p: torch.nn.utils.clip_grad_value_(p, 1.0)),
}
print("{\n" + ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in page.items()) + "\n}")
