#!/usr/bin/env bash
# Makes docs/backbones.md: every backbone compared with torchvision's. Takes about 20 minutes, the whole processor, and 24 GiB of memory
# for the two giants (vit_h_14, regnet_y_128gf).
#   benchmarks/backbones.sh [OPTION OF 'backbones' …]
set -euo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
exec dotnet run -c Release --project "$root/benchmarks/MLTransfer.Benchmarks" -- \
    backbones --peer-script "$root/../shared/peers/parity_models.py" --out "$root/docs/backbones.md" "$@"
