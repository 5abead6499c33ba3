#!/usr/bin/env bash
# Makes embedded.safetensors, the backbone that lies in the library, from a folder with the CIFAR-10 training images (one sub-folder a class):
#
#     src/MLTransfer/Weights/make-embedded.sh IMAGES WORK_FOLDER
#
# Takes about an hour and a half on one processor core. Every epoch is kept in WORK_FOLDER; after a stop the same command goes on from there.
# One thread, because oneDNN's bfloat16 gradients wait for each other's threads and stand still where other programs run.
set -euo pipefail
[[ $# -eq 2 ]] || { echo "usage: $0 IMAGES WORK_FOLDER" >&2; exit 2; }
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mlt=$here/../../../mlt
images=$1
work=$2
mkdir -p "$work"

# Twice the same recipe: from random weights, then once more from what the first came to.
train() {
    "$mlt" train --data "$images" --val-fraction 0.1 --mode finetune --backbone embedded \
        --batch-size 128 --optimizer sgd --schedule one-cycle --weight-decay 5e-4 --label-smoothing 0.1 --precision bf16 --threads 1 "$@"
}

train --weights none --epochs 16 --learning-rate 0.1 --checkpoint "$work/first" --out "$work/first.zip"
train --weights "$work/first/epoch-00016/best.safetensors" --epochs 10 --learning-rate 0.05 --checkpoint "$work/second" --out "$work/second.zip"
"$mlt" weights convert "$work/second/epoch-00010/best.safetensors" "$here/embedded.safetensors" --dtype float16 --force
sha256sum "$here/embedded.safetensors"
