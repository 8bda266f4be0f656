# shellcheck shell=sh
# Sees to what a build needs beyond Rust: a C compiler, cmake, and make or ninja. Pingora
# compiles zlib-ng with them.
#
# Sourced from the top folder of the checkout; afterwards PATH leads to every tool. Ends the
# script that sources it when a tool can't be had.

tools_dir=$PWD/.tools

say() {
    printf '%s\n' "$*" >&2
}

one_line() {
    tr '\n' ' ' | sed 's/ $//'
}

# A name on PATH is not enough: shims and stubs are there without the tool behind them.
runs() {
    "$1" --version >/dev/null 2>&1
}

compiles_c() {
    # CC may carry options, so it is split. With a header, because a compiler without the C
    # library's development files is common.
    # shellcheck disable=SC2086
    echo '#include <stdlib.h>' | ${CC:-cc} -fsyntax-only -x c - >/dev/null 2>&1
}

missing_tools() {
    compiles_c || echo cc
    runs cmake || echo cmake
    runs make || runs gmake || runs ninja || echo make
}

package_manager() {
    for manager in apt-get dnf apk pacman zypper; do
        if command -v "$manager" >/dev/null 2>&1; then
            echo "$manager"
            return
        fi
    done
}

# The packages of manager $1 for the tools that are missing.
packages() {
    for tool in $missing; do
        case $tool:$1 in
        cc:apt-get) echo gcc libc6-dev ;;
        cc:apk) echo gcc musl-dev ;;
        cc:pacman) echo gcc ;;
        cc:*) echo gcc glibc-devel ;;
        *) echo "$tool" ;;
        esac
    done | one_line
}

# The command that installs them, as it is run and as it is shown.
install_command() {
    packages=$(packages "$1")
    case $1 in
    apt-get) echo "apt-get update && apt-get install -y --no-install-recommends $packages" ;;
    dnf) echo "dnf install -y $packages" ;;
    apk) echo "apk add $packages" ;;
    pacman) echo "pacman -Sy --needed --noconfirm $packages" ;;
    zypper) echo "zypper --non-interactive install $packages" ;;
    esac
}

install_as_root() {
    manager=$(package_manager)
    [ -n "$manager" ] || return 1
    installs=$(install_command "$manager")
    say "Running as root: $installs"
    DEBIAN_FRONTEND=noninteractive sh -c "$installs" </dev/null >&2
}

# A Python that has pip: the system's, or that of a virtual environment.
python_with_pip() {
    if python3 -m pip --version >/dev/null 2>&1; then
        echo python3
    elif python3 -m venv "$tools_dir/venv" >/dev/null 2>&1; then
        echo "$tools_dir/venv/bin/python"
    else
        return 1
    fi
}

# Installs wheel $1 into .tools/$1. Whole or not at all: an interrupted download leaves nothing.
install_wheel() {
    rm -rf "$tools_dir/$1.new"
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
        --target "$tools_dir/$1.new" "$1" </dev/null >&2 || return 1
    rm -rf "${tools_dir:?}/$1"
    mv "$tools_dir/$1.new" "$tools_dir/$1"
}

# cmake and, in place of make, ninja are on PyPI; a C compiler is not.
install_from_pypi() {
    case " $missing " in *" cc "*) return 1 ;; esac
    if ! python=$(python_with_pip); then
        say "They can't come from PyPI: there is no python3 with pip or venv."
        return 1
    fi
    for tool in $missing; do
        case $tool in make) wheel=ninja ;; *) wheel=$tool ;; esac
        say "Installing $wheel from PyPI into .tools/$wheel"
        install_wheel "$wheel" || {
            say "PyPI did not give it."
            return 1
        }
    done
}

name_what_is_missing() {
    say "Please install, then try again:"
    for tool in $missing; do
        case $tool in
        cc) say "  - a C compiler with the C library's headers (cc or CC; gcc or clang)" ;;
        cmake) say "  - cmake, https://cmake.org/download/" ;;
        make) say "  - make or ninja" ;;
        esac
    done
    manager=$(package_manager)
    if [ -n "$manager" ]; then
        say "On this system, as root: $(install_command "$manager")"
    elif [ "$(uname -s)" = Darwin ]; then
        say "On macOS: xcode-select --install, and brew install cmake"
    fi
}

# .tools goes first: what is there was installed because the system's was missing or broken.
find_tools() {
    PATH=$tools_dir/cmake/cmake/data/bin:$tools_dir/ninja/bin:$PATH
    # rustup's folder, when a shell has not read its profile.
    command -v cargo >/dev/null 2>&1 || PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
    export PATH
}

look_for_missing() {
    missing=$(missing_tools | one_line)
}

see_to_build_tools() {
    find_tools
    if ! command -v cargo >/dev/null 2>&1; then
        say "cargo is not on PATH. Install Rust from https://rustup.rs, then try again."
        exit 1
    fi
    look_for_missing
    if [ -n "$missing" ]; then
        say "The build needs tools that are not installed: $missing"
        if [ "$(id -u)" -eq 0 ]; then
            install_as_root || say "The package manager did not install them."
            look_for_missing
        fi
        if [ -n "$missing" ]; then
            install_from_pypi || true
            look_for_missing
        fi
    fi
    if [ -n "$missing" ]; then
        name_what_is_missing
        exit 1
    fi
    # cmake looks for make unless told otherwise.
    if ! runs make && ! runs gmake; then
        export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
    fi
}

see_to_build_tools
