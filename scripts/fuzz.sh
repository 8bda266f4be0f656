#!/bin/sh
# Runs every fuzz target for a short while: scripts/fuzz.sh [SECONDS], 20 unless told.
#
# Needs cargo-fuzz and a C++ compiler. Without them it says so and exits with 77: the tests hold
# the same properties by proptest.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-20}
# Where .ci/run installs it.
PATH=$PATH:$PWD/.tools/cargo-fuzz/bin

skip() {
    echo "skipped: $1"
    exit 77
}

# Sanitizers and coverage are unstable features of the compiler. They are in stable ones as well,
# for those who ask for them this way.
cargo_fuzz() {
    if cargo +nightly --version >/dev/null 2>&1; then
        cargo +nightly fuzz "$@"
    else
        RUSTC_BOOTSTRAP=1 cargo fuzz "$@"
    fi
}

# Runs a target; what it says is of interest when it fails.
run() {
    target=$1
    case $target in
    metadata_object | coverage_listing | geojson) dictionary=-dict=fuzz/json.dict ;;
    *) dictionary= ;;
    esac
    mkdir "$found/$target"
    # An empty dictionary is no argument at all.
    # shellcheck disable=SC2086
    if cargo_fuzz run --fuzz-dir fuzz "$target" "$found/$target" "fuzz/corpus/$target" \
        -- $dictionary -max_total_time="$seconds" -verbosity=0 -print_final_stats=1 \
        >"$found/log" 2>&1; then
        inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/log")
        echo "$target: $inputs inputs"
    else
        cat "$found/log"
        return 1
    fi
}

cargo fuzz --version >/dev/null 2>&1 || skip "cargo-fuzz is not installed"
echo '#include <vector>' | ${CXX:-c++} -fsyntax-only -x c++ - >/dev/null 2>&1 ||
    skip "there is no C++ compiler, which libFuzzer takes"

# What a run adds goes here, so that the committed seeds stay few.
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

cargo_fuzz build --fuzz-dir fuzz
for target in $(cargo_fuzz list --fuzz-dir fuzz); do
    run "$target"
done
