#!/usr/bin/python3
"""Writes torchvision.json beside this script: the facts about each of torchvision's classification weights, out of torchvision's own metadata.

    /usr/bin/python3 src/MLTransfer/Weights/make-torchvision-weights.py

Needs python3-torch and python3-torchvision (0.14 or later); downloads nothing.
"""
import json
import math
import pathlib
import re

import torch
from torchvision.models._api import BUILTIN_MODELS, get_model_weights

# Detection, segmentation, video … live in sub-packages of torchvision.models.
CLASSIFIERS = sorted(name for name, build in BUILTIN_MODELS.items() if build.__module__.count(".") == 2)
# Published with NaN in place of the fully connected layers.
WITHOUT_CLASSIFIER = {"IMAGENET1K_FEATURES"}
# torchvision gives these ImageNet's normalization and, with weights, undoes it in the network (transform_input): together that is (x - 0.5) / 0.5.
NORMALIZED_BY_HALVES = {"googlenet", "inception_v3"}


def without_initialisation():
    """Models are built for their shapes only: nothing is written into their memory, so the largest cost as little as the smallest."""
    for name in dir(torch.nn.init):
        if name.endswith("_") and not name.startswith("_"):
            setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)


def tensor_bytes(model, crop):
    size = {"image_size": crop} if model.startswith("vit_") else {}
    return sum(value.numel() * value.element_size() for value in BUILTIN_MODELS[model](weights=None, **size).state_dict().values())


def colors(values):
    return dict(zip("rgb", (float(f"{value:.9g}") for value in values)))


def facts(model, weights, default):
    transforms, meta = weights.transforms(), weights.meta
    accuracy = meta["_metrics"]["ImageNet-1K"]["acc@1"]
    mean, deviation = ([0.5] * 3, [0.5] * 3) if model in NORMALIZED_BY_HALVES else (transforms.mean, transforms.std)
    (resize,), (crop,) = transforms.resize_size, transforms.crop_size
    entry = {
        "backbone": model,
        "version": weights.name,
        "default": weights is default,
        "url": weights.url,
        "sha256": re.search(r"-([0-9a-f]{8,64})\.", weights.url).group(1),
        "about_bytes": tensor_bytes(model, crop),
        "classes": 0 if weights.name in WITHOUT_CLASSIFIER else len(meta["categories"]),
        "preprocessing": {
            "resize_to": resize,
            "crop_to": crop,
            "interpolation": transforms.interpolation.value,
            "mean": colors(mean),
            "standard_deviation": colors(deviation),
        },
        "top1": None if math.isnan(accuracy) else round(accuracy / 100, 5),
        "licence": "CC-BY-NC-4.0" if "SWAG" in meta.get("license", "") else "BSD-3-Clause",
        "recipe": meta["recipe"],
    }
    if weights.name in WITHOUT_CLASSIFIER:
        entry["unusable"] = "its fully connected layers hold no values, only its convolutions do"
    return {key: value for key, value in entry.items() if value is not None and value is not False}


def main():
    without_initialisation()
    entries = []
    for model in CLASSIFIERS:
        versions = get_model_weights(model)
        entries += [facts(model, weights, versions.DEFAULT) for weights in versions]
    lines = ",\n".join("  " + json.dumps(entry) for entry in entries)
    pathlib.Path(__file__).with_name("torchvision.json").write_text(f"[\n{lines}\n]\n")
    print(f"{len(entries)} weights of {len(CLASSIFIERS)} models")


if __name__ == "__main__":
    main()
