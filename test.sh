#!/usr/bin/env bash
# All tests, from a clone: sets this machine up, builds once, checks stand-ins and formatting, runs every test project.
# Ends with a line "N passed, N failed, N skipped"; a check that fails counts as one test.
#   ./test.sh          all tests but those of category Long; of the formatting, the white space
#   ./test.sh --full   those tests, and all that dotnet format checks, too
set -uo pipefail
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=compat/setup.sh
. "$root/compat/setup.sh"
filter=(--filter 'Category!=Long') format=(whitespace . --folder --exclude artifacts)
case ${1-} in
    '') ;;
    --full) filter=() format=(MLTransfer.sln --no-restore) ;;
    *) fail "usage: ./test.sh [--full]" ;;
esac
cd "$root" || exit 1
passed=0 failed=0 skipped=0 results=$root/artifacts/tests

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [[ $failed -eq 0 ]]
    exit
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

check_stand_ins() {
    local name
    dotnet build ../shared/api-check --nologo --verbosity quiet >/dev/null
    for name in Microsoft.ML Microsoft.ML.ImageAnalytics TorchSharp; do
        check "the public surface of the stand-in $name" \
            dotnet run --no-build --project ../shared/api-check -- check "artifacts/bin/$name/release/$name.dll" ../shared/api/"$name".[0-9]*.txt
    done
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

prepare_machine
if ! dpkg -s python3-torch python3-torchvision >/dev/null 2>&1; then
    install_packages "tests compare with PyTorch" python3-torch python3-torchvision ||
        say "PyTorch is not here and could not be installed: the tests that compare with it are skipped."
fi
if ! exclusively build "$root/MLTransfer.sln" -verbosity:minimal; then
    failed=1
    finish
fi
if [[ $(engine) == compat && -d ../shared/api-check ]]; then
    check_stand_ins
fi
check "formatting (dotnet format corrects it)" dotnet format "${format[@]}" --verify-no-changes
rm -rf "$results"
# A shell in the background ignores Ctrl-C, and so would all it starts: the tests that interrupt the tool need it back.
env --default-signal=INT dotnet test MLTransfer.sln --configuration Release --no-build --nologo --logger trx --results-directory "$results" "${filter[@]}" || status=$?
count
[[ ${status-0} -eq 0 || $failed -gt 0 ]] || failed=1
finish
