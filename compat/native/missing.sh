#!/usr/bin/env bash
# Prints the Debian packages that building the native side needs and this machine lacks, on one line; prints nothing when all is there.
# It looks for what the packages bring, not for the packages: other distributions, and a libtorch unpacked by hand, serve as well.
missing=()
command -v cmake >/dev/null || missing+=(cmake)
command -v g++ >/dev/null || missing+=(g++)

has_header() {
    echo "#include <$1>" | g++ -x c++ -E - >/dev/null 2>&1 ||
        compgen -G "/usr/include/$1" >/dev/null || compgen -G "/usr/local/include/$1" >/dev/null
}

has_libtorch() {
    [[ -n ${Torch_DIR-}${CMAKE_PREFIX_PATH-} ]] ||
        compgen -G '/usr/lib*/cmake/Torch/TorchConfig.cmake' >/dev/null || compgen -G '/usr/lib/*/cmake/Torch/TorchConfig.cmake' >/dev/null ||
        compgen -G '/usr/share/cmake/Torch/TorchConfig.cmake' >/dev/null || compgen -G '/usr/local/*/cmake/Torch/TorchConfig.cmake' >/dev/null
}

has_libtorch || missing+=(libtorch-dev)
has_header jpeglib.h || missing+=(libjpeg-dev)
has_header png.h || missing+=(libpng-dev)
has_header webp/demux.h || missing+=(libwebp-dev)
has_header gif_lib.h || missing+=(libgif-dev)
[[ ${#missing[@]} -eq 0 ]] || echo "${missing[*]}"
