"""Counts the multiply-adds of torchvision's classification networks: src/MLTransfer/Models/multiply-add-counts.json.

    /usr/bin/python3 benchmarks/multiply_adds.py [NAME ...]

Prints JSON: for each network, the multiplications with an addition in convolutions and matrix products for one image
at the size of its default weights. Other networks of the zoo keep the counts that their tests derive.
"""
import json
import sys
import warnings

import torch
import torchvision
from torch.utils._python_dispatch import TorchDispatchMode


class Count(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.multiply_adds = 0

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        result = operator(*args, **(kwargs or {}))
        name = str(operator).split(".")[1]
        if name == "convolution":
            weight = args[1]
            self.multiply_adds += result.numel() * weight.numel() // weight.shape[0]
        elif name in ("mm", "bmm"):
            self.multiply_adds += args[0].numel() * args[1].shape[-1]
        elif name in ("addmm", "baddbmm"):
            self.multiply_adds += args[1].numel() * args[2].shape[-1]
        return result


def count(name):
    size = torchvision.models.get_model_weights(name).DEFAULT.transforms().crop_size[0]
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    if name.startswith("vit"):
        options["image_size"] = size
    model = torchvision.models.get_model(name, weights=None, **options).eval().to("meta")
    with Count() as counted:
        model(torch.zeros(1, 3, size, size, device="meta"))
    return counted.multiply_adds


def main():
    warnings.filterwarnings("ignore")
    names = sys.argv[1:] or [n for n in torchvision.models.list_models(module=torchvision.models) if "quantized" not in n]
    print(json.dumps({name: count(name) for name in sorted(names)}, indent=2))


if __name__ == "__main__":
    main()
