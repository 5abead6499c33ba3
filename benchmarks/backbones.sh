#!/usr/bin/env bash
# Makes docs/backbones.md: every backbone beside torchvision's. Takes some 20 minutes, 24 GiB of memory for the two giants (vit_h_14, regnet_y_128gf) and the whole processor.
#   benchmarks/backbones.sh [OPTION OF 'mlt bench backbones' …]
set -euo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
exec "$root/mlt" bench backbones --peer-script "$root/../shared/peers/parity_models.py" --out "$root/docs/backbones.md" "$@"
