# Sourced by mlt and test.sh, which set `root`: brings this machine to where MLTransfer builds, and builds it.
# Everything is said on standard error, so that what the tool prints stays clean.

# libtorch's threads shall sleep while they wait. As OpenMP comes they spin, and take the processor from the threads that decode pictures:
# fine-tuning then needs more than twice the processor time.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY-passive}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# as_root COMMAND…: runs it as root, asking for a password only where somebody can type it.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install_packages WHY PACKAGE…: installs Debian packages; fails when that is not possible here.
install_packages() {
    local why=$1 install
    shift
    install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq "$@")
    command -v apt-get >/dev/null || return 1
    [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null || return 1
    say "Installing $* from Debian's packages: $why."
    # The package lists of a fresh machine may be empty or old.
    as_root "${install[@]}" >&2 || { as_root apt-get update -qq >&2 && as_root "${install[@]}" >&2; }
}

# The engine that the build takes: packages or compat.
engine() { dotnet msbuild "$root/src/MLTransfer/MLTransfer.csproj" -t:FindEngine -getProperty:Engine -nologo 2>/dev/null; }

# Debian's libtorch leaves matrix products to the BLAS it finds. The reference BLAS, which comes with it, takes some 30 times as long over
# the linear layers of a vision transformer as OpenBLAS does.
has_fast_blas() {
    local path
    for path in /usr/lib/*/libblas.so.3; do
        [[ $(readlink -f "$path") != */blas/libblas.so.3* ]] || return 1
    done
}

# Libraries that pictures are decoded with where the system has them: JPEG faster, TIFF at all. Found as the program finds them, by name.
missing_codecs() {
    local known
    known=$(PATH=$PATH:/sbin ldconfig -p 2>/dev/null) || return 0
    [[ $known == *libturbojpeg.so.0* ]] || echo libturbojpeg0
    [[ $known == *libtiff.so.* ]] || echo libtiff6
}

# Installs what building needs and this machine lacks.
prepare_machine() {
    local missing
    command -v dotnet >/dev/null || fail "MLTransfer needs the .NET 10 SDK, and there is no 'dotnet' here. Install it: https://dotnet.microsoft.com/download"
    missing=$(missing_codecs)
    # shellcheck disable=SC2086 # one word, one package
    [[ -z $missing ]] || install_packages "JPEG takes less memory, and TIFF is read at all" $missing ||
        say "$(echo $missing) could not be installed: JPEG pictures decode without libturbojpeg0, only slower; TIFF pictures need libtiff."
    [[ $(engine) != packages ]] || return 0
    missing=$("$root/compat/native/missing.sh")
    # shellcheck disable=SC2086 # one word, one package
    [[ -z $missing ]] || install_packages "building needs them" $missing && [[ -z $("$root/compat/native/missing.sh") ]] ||
        fail "Building MLTransfer needs $missing, which could not be installed from here. Install: sudo apt-get install -y $missing"
    has_fast_blas || install_packages "linear layers are slow without it" libopenblas0-pthread ||
        say "OpenBLAS (libopenblas0-pthread) could not be installed: linear layers will be slow."
}

# What the tool is built from. Folders count too: one is younger when a file in it was removed or renamed.
sources() { find "$root/src" "$root/compat" "$root"/Directory.* "$root"/global.json "$root"/*.sln "$@"; }

tool=$root/artifacts/bin/MLTransfer.Cli/release/mlt.dll
stamp=$root/artifacts/tool.stamp

# Whether the tool has to be built: it is not there, or something changed since its build began. The change time, not the
# modification time: copying an old file over a new one counts.
is_outdated() {
    [[ ! -e $tool || ! -e $stamp ]] || [[ -n $(sources -cnewer "$stamp" -print -quit) ]]
}

# exclusively COMMAND…: runs it while no other process builds here. What it starts does not inherit the lock: the compiler server outlives it.
exclusively() {
    local status=0
    mkdir -p "$root/artifacts"
    exec 9>"$root/artifacts/build.lock"
    if ! flock --nonblock 9; then
        say "Another process is building MLTransfer; waiting for it."
        flock 9
    fi
    "$@" 9>&- || status=$?
    exec 9>&-
    return $status
}

# build PROJECT OPTION…: builds Release, and remembers that the tool is as young as the sources were when it began.
build() {
    # MSBuild goes by modification times: where an old file came back, it has to be told to compile again.
    if [[ -e $stamp && -n $(sources -type f -cnewer "$stamp" ! -newer "$stamp" -print -quit) ]]; then
        set -- "$@" -target:Rebuild
    fi
    touch "$stamp.next"
    dotnet msbuild -restore -property:Configuration=Release -nologo "$@" || return
    mv "$stamp.next" "$stamp"
}
