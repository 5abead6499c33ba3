#!/usr/bin/env bash
# All tests, from a clone: builds once, checks the formatting, runs every test project.
# Ends with a line "N passed, N failed, N skipped"; a check that fails counts as one test.
#   ./test.sh          all tests but those of category Long; of the formatting, the white space
#   ./test.sh --full   those tests, and all that dotnet format checks, too
set -uo pipefail
long='&Category!=Long' format=(whitespace . --folder --exclude artifacts)
full=''
case ${1-} in
    '') ;;
    --full) full=yes long='' format=(MLTransfer.sln --no-restore) ;;
    *) echo "usage: ./test.sh [--full]" >&2; exit 1 ;;
esac
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" || exit 1
passed=0 failed=0 skipped=0 results=$PWD/artifacts/tests

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [[ $failed -eq 0 ]]
    exit
}

# install WHAT_FOR PACKAGE…: Debian's packages, where they can be installed without asking. Tests that need what is missing are skipped.
install() {
    local why=$1 root=()
    shift
    ! dpkg -s "$@" >/dev/null 2>&1 || return 0
    if command -v apt-get >/dev/null; then
        [[ $(id -u) -eq 0 ]] || root=(sudo -n)
        root+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
        echo "Installing $*: $why."
        # The package lists of a fresh machine may be empty or old.
        "${root[@]}" install -y --no-install-recommends "$@" && return
        "${root[@]}" update && "${root[@]}" install -y --no-install-recommends "$@" && return
    fi
    echo "Not here and not to be installed (Debian: $*): $why. Those tests are skipped."
}

# check WHAT COMMAND…: runs it, silently unless it fails.
check() {
    local what=$1 output
    shift
    if ! output=$("$@" 2>&1); then
        failed=$((failed + 1))
        printf '%s\nFAILED: %s\n' "$output" "$what"
    fi
}

# run_tests PROJECT NAME FILTER: NAME begins the names of its result files.
run_tests() {
    # A shell in the background ignores Ctrl-C, and so would all it starts: the tests that interrupt the tool need it back.
    env --default-signal=INT dotnet test "$1" --configuration Release --no-build --nologo --filter "$3" \
        --logger "trx;LogFilePrefix=$2" --results-directory "$results"
}

# The counters of the test projects' result files. What was not executed was skipped.
count() {
    local file
    for file in "$results"/*.trx; do
        [[ -e $file ]] || continue
        # shellcheck disable=SC2046 # three numbers
        set -- $(sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$file")
        passed=$((passed + $3)) failed=$((failed + $2 - $3)) skipped=$((skipped + $1 - $2))
    done
}

command -v dotnet >/dev/null || { echo "MLTransfer needs the .NET 10 SDK: https://dotnet.microsoft.com/download" >&2; exit 1; }
install "tests compare with PyTorch" python3-torch python3-torchvision
[[ -z $full ]] || install "tests run the notebooks and look at their pages" jupyter-nbconvert jupyter-client chromium
# The kernel that runs notebooks.
(cd notebooks && dotnet tool restore >/dev/null) || echo "dotnet-interactive could not be installed: the tests that run notebooks are skipped."
if ! dotnet build MLTransfer.sln --configuration Release --nologo --verbosity minimal; then
    failed=1
    finish
fi
check "formatting (dotnet format corrects it)" dotnet format "${format[@]}" --verify-no-changes
rm -rf "$results"
# The tests of networks and weights, a third of all, run beside the others.
networks='FullyQualifiedName~MLTransfer.Tests.Models|FullyQualifiedName~MLTransfer.Tests.Weights'
run_tests tests/MLTransfer.Tests networks "($networks)$long" & beside=$!
others='FullyQualifiedName!~MLTransfer.Tests.Models&FullyQualifiedName!~MLTransfer.Tests.Weights'
run_tests MLTransfer.sln others "($others)$long" || status=$?
wait "$beside" || status=$?
count
[[ ${status-0} -eq 0 || $failed -gt 0 ]] || failed=1
finish
