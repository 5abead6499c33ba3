"""PyTorch's losses of a small network: reference_training.py FOLDER OPTIMIZER DTYPE STEPS, one loss a line.

FOLDER holds the starting weights, the pictures and the labels as raw numbers, each file named after its tensor.
"""
import sys

import torch
from torch import nn

folder, optimizer_name, dtype_name, steps = sys.argv[1:5]
dtype = getattr(torch, dtype_name)


def read(name, shape, kind):
    with open(f"{folder}/{name}", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=kind).reshape(shape)


class SmallNetwork(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=2, bias=False), nn.BatchNorm2d(16), nn.ReLU6(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0))
        self.classifier = nn.Linear(16, classes)

    def forward(self, pictures):
        return self.classifier(self.features(pictures))


model = SmallNetwork(5).to(dtype)
model.load_state_dict({name: read(name, tensor.shape, tensor.dtype) for name, tensor in model.state_dict().items()})
pictures, labels = read("pictures", (16, 3, 16, 16), dtype), read("labels", (16,), torch.int64)
optimizer = {
    "sgd": lambda: torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4),
    "nesterov": lambda: torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True),
    "adam": lambda: torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4),
    "adamw": lambda: torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05),
}[optimizer_name]()
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=15)
loss_of = nn.CrossEntropyLoss(label_smoothing=0.1)

for _ in range(int(steps)):
    optimizer.zero_grad()
    loss = loss_of(model(pictures), labels)
    loss.backward()
    optimizer.step()
    schedule.step()
    print(f"{loss.item():.17g}")
