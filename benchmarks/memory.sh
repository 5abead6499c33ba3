#!/usr/bin/env bash
# Resident memory over 20 epochs of fine-tuning: after epoch 20 it should be within 5 % of what it was after epoch 3.
#   benchmarks/memory.sh FOLDER BACKBONE WEIGHTS
set -euo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$root/mlt" train --data "$1" --mode finetune --backbone "$2" --weights "$3" --epochs 20 --out "$out/model.zip" >/dev/null 2>"$out/log" &
process=$!
seen=0
while kill -0 $process 2>/dev/null; do
    finished=$(grep -cE '^epoch [0-9]+ of 20: ' "$out/log" || true)
    if [[ $finished -gt $seen ]]; then
        seen=$finished
        memory=$(awk '/VmRSS/ { print $2 }' /proc/$process/status 2>/dev/null) || break
        [[ $seen -ne 3 ]] || third=$memory
        [[ -z $memory ]] || last=$memory
        echo "epoch $seen: $((memory / 1024)) MiB"
    fi
    sleep 0.05
done
wait $process
[[ -n ${third-} ]] || { echo "The epochs went by too fast to be watched; take more pictures." >&2; exit 1; }
echo "last / third epoch: $(awk "BEGIN { printf \"%.3f\", $last / $third }")"
