#!/usr/bin/env bash
# Makes docs/transforms.md: every transform beside torchvision's, pixel by pixel, and timed. Needs python3-torchvision and ../shared; takes a minute or two.
set -euo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
MLTRANSFER_TRANSFORMS_PAGE=$root/docs/transforms.md exec dotnet test "$root/tests/MLTransfer.Tests" -c Release --nologo --filter FullyQualifiedName~TransformsPageTests "$@"
