#!/bin/sh
# Runs every fuzz target for a short while: scripts/fuzz.sh [SECONDS], 20 unless told.
#
# Needs a nightly toolchain and cargo-fuzz. Without them it says so and passes: the tests hold
# the same properties by proptest.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-20}

if ! cargo +nightly fuzz --version >/dev/null 2>&1; then
    echo "skipped: \`cargo +nightly fuzz\` is not installed"
    exit
fi

# What a run adds goes here, so that the committed seeds stay few.
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

for target in $(cargo +nightly fuzz list --fuzz-dir fuzz); do
    case $target in
    metadata_object | coverage_listing | geojson) dictionary=-dict=fuzz/json.dict ;;
    *) dictionary= ;;
    esac
    mkdir "$found/$target"
    # An empty dictionary is no argument at all.
    # shellcheck disable=SC2086
    cargo +nightly fuzz run --fuzz-dir fuzz "$target" "$found/$target" "fuzz/corpus/$target" \
        -- $dictionary -max_total_time="$seconds" -verbosity=0
done
