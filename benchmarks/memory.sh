#!/usr/bin/env bash
# Resident memory over 20 epochs of fine-tuning. Within an epoch it rises and falls with every step, so the least of each epoch is compared:
# that of the last one should be within 5 % of that of the fourth.
#   benchmarks/memory.sh FOLDER BACKBONE WEIGHTS
set -euo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$root/mlt" train --data "$1" --mode finetune --backbone "$2" --weights "$3" --epochs 20 --out "$out/model.zip" >/dev/null 2>"$out/log" &
process=$!
declare -a least
while kill -0 $process 2>/dev/null; do
    epoch=$(sed -n 's/^epoch \([0-9]*\) of 20: .*/\1/p' "$out/log" | tail -n 1)
    memory=$(awk '/VmRSS/ { print $2 }' /proc/$process/status 2>/dev/null) || break
    if [[ -n $epoch && -n $memory && $epoch -lt 20 && $memory -lt ${least[epoch]-$((1 << 40))} ]]; then least[epoch]=$memory; fi
    sleep 0.02
done
wait $process
for epoch in "${!least[@]}"; do echo "epoch $((epoch + 1)): $((least[epoch] / 1024)) MiB"; done
[[ -n ${least[3]-} && -n ${least[19]-} ]] || { echo "The epochs went by too fast to be watched; take more images." >&2; exit 1; }
echo "epoch 20 / epoch 4: $(awk "BEGIN { printf \"%.3f\", ${least[19]} / ${least[3]} }")"
