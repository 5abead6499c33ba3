# Sourced by mlt and test.sh, which set `root`: brings this machine to where MLTransfer builds, and builds it.
# Everything is said on standard error, so that what the tool prints stays clean.

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# as_root COMMAND…: runs it as root; 127 when there is no way to.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        if [[ -t 0 ]]; then sudo "$@"; else sudo -n "$@"; fi
    else
        return 127
    fi
}

# install_packages WHY PACKAGE…: installs Debian packages; fails when that is not possible here.
install_packages() {
    local why=$1 install
    shift
    install=(apt-get install -y --no-install-recommends "$@")
    command -v apt-get >/dev/null || return 1
    say "Installing $* from Debian's packages: $why."
    as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >&2 && return
    # The package lists of a fresh machine may be empty or old.
    as_root apt-get update -qq >&2 && as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >&2
}

# The engine that the build takes: packages or compat.
engine() { dotnet msbuild "$root/src/MLTransfer/MLTransfer.csproj" -t:FindEngine -getProperty:Engine -nologo 2>/dev/null; }

# Installs what building needs and this machine lacks.
prepare_machine() {
    local missing
    command -v dotnet >/dev/null || fail "MLTransfer needs the .NET 10 SDK, and there is no 'dotnet' here. Install it: https://dotnet.microsoft.com/download"
    [[ $(engine) != packages ]] || return 0
    missing=$("$root/compat/native/missing.sh")
    [[ -n $missing ]] || return 0
    # shellcheck disable=SC2086 # one word, one package
    install_packages "building needs them" $missing && [[ -z $("$root/compat/native/missing.sh") ]] ||
        fail "Building MLTransfer needs $missing, and installing them did not work. Install them: sudo apt-get install -y $missing"
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

# build PROJECT OPTION…: builds Release, one process at a time, and remembers that the tool is as young as the sources.
build() {
    local lock status=0
    mkdir -p "$root/artifacts"
    exec {lock}>"$root/artifacts/build.lock"
    if ! flock --nonblock "$lock"; then
        say "Another process is building MLTransfer; waiting for it."
        flock "$lock"
    fi
    # MSBuild goes by modification times: where an old file came back, it has to be told to compile again.
    if [[ -e $stamp && -n $(sources -type f -cnewer "$stamp" ! -newer "$stamp" -print -quit) ]]; then
        set -- "$@" -target:Rebuild
    fi
    touch "$stamp.next"
    # The compiler server outlives the build and must not inherit the lock.
    dotnet msbuild -restore -property:Configuration=Release -nologo "$@" {lock}>&- || status=$?
    [[ $status -ne 0 ]] || mv "$stamp.next" "$stamp"
    exec {lock}>&-
    return $status
}
