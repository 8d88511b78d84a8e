# What scripts/demo and scripts/test stand on: Debian packages and a virtual environment. Sourced, never run.
# All of it goes below .cache/ in the checkout, and the second run finds it there.

cd "$(dirname "$0")/.."
checkout=$PWD
cache=$checkout/.cache
python=${PYTHON:-python3}
mkdir -p "$cache"
# Images of containers set it; each process would compile anew what it imports.
unset PYTHONDONTWRITEBYTECODE

say() { printf '\n=== %s\n' "$*"; }

# need_debian PACKAGE...: install what is missing, and only then ask for root.
need_debian() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: the reader knows their own packages
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        command -v sudo >/dev/null || { echo "as root, first: apt-get install$missing" >&2; exit 1; }
    fi
    say "Debian packages:$missing"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null
}

# find_python VERSION: print the path of a Python of this version, and fail if the machine has none. pyenv's commands are
# there for versions that are not switched on, and then do not run: so each is tried.
find_python() {
    for candidate in "python$1" "$(pyenv prefix "$1" 2>/dev/null)/bin/python"; do
        "$candidate" -c 'import sys; print(sys.executable)' 2>/dev/null && return 0
    done
    return 1
}

# need_python: an interpreter of 3.11 or later that can make environments and compile extensions.
need_python() {
    command -v "$python" >/dev/null || [ -n "${PYTHON:-}" ] || need_debian python3
    local version
    version=$("$python" -V 2>&1) || {
        printf 'Python 3.11 or later is needed, and %s does not run: %s\n' "$python" "$version" >&2
        exit 1
    }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "Python 3.11 or later is needed, and $python is $version: name another in PYTHON" >&2
        exit 1
    }
    # Debian splits these two off from its own Python; any other Python brings them.
    "$python" -c 'import ensurepip' 2>/dev/null || need_debian python3-venv
    "$python" -c '
import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").is_file())' || need_debian python3-dev
}

# need_quick_python: the same as `need_python`, but where `python3` was compiled without optimisation (pyenv's are) and
# nobody named it, the Python of the distribution in its place, if it is of the same minor version: a quarter quicker.
need_quick_python() {
    distributed=/usr/bin/python3
    version='import sys; print(*sys.version_info[:2])'
    if [ -z "${PYTHON:-}" ] && [ -x "$distributed" ] && command -v "$python" >/dev/null &&
        [ "$("$python" -c "$version")" = "$("$distributed" -c "$version")" ] &&
        ! "$python" -c '
import sys, sysconfig
sys.exit("--enable-optimizations" not in (sysconfig.get_config_var("CONFIG_ARGS") or ""))'; then
        python=$distributed
    fi
    need_python
}

# need_environment NAME PIP-ARGUMENT...: the environment .cache/NAME with pip and what the arguments say. It is made anew
# when they, pyproject.toml or the interpreter change.
need_environment() {
    environment=$cache/$1
    shift
    wanted=$("$python" -VV; printf '%s\n' "$@"; cat pyproject.toml)
    [ "$(cat "$environment/installed" 2>/dev/null || true)" = "$wanted" ] && return 0
    need_pip
    say "environment ${environment#"$checkout"/}"
    "$python" -m venv --clear --without-pip "$environment"
    # What is imported is compiled then, and most of it never is.
    "$cache/pip/bin/python" -m pip -q --disable-pip-version-check --python "$environment/bin/python" install --no-compile \
        pip "$@"
    printf '%s\n' "$wanted" >"$environment/installed"
}

# need_pip: a pip that knows all options of ours, in .cache/pip. It installs into the other environments: making a pip for
# each, to be replaced at once, takes longer than what it would install.
need_pip() {
    "$cache/pip/bin/python" -m pip --version >/dev/null 2>&1 && return 0
    "$python" -m venv --clear "$cache/pip"
    "$cache/pip/bin/python" -m pip install -q --disable-pip-version-check --upgrade 'pip>=25.1'
}

# quick_temporary: let temporary files lie in memory, where there is room, and nobody named another place. On a disk each
# new file costs as much as compiling it, and the environments of the tests have a million.
quick_temporary() {
    memory=/dev/shm
    [ -z "${TMPDIR:-}" ] && [ -w "$memory" ] || return 0
    least=$((10 * 1024 * 1024)) # KiB
    for room in "$(df --output=avail "$memory" | tail -n 1)" "$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)"; do
        [ "${room:-0}" -gt "$least" ] || return 0
    done
    place=$(mktemp -d "$memory/abiding-XXXXXX")
    trap 'rm -rf "$place"' EXIT
    # It may be mounted without the right to run what is there.
    cp /bin/true "$place" && "$place/true" 2>/dev/null || return 0
    # uv can't link from there to its cache, and would say so each time.
    export TMPDIR=$place UV_LINK_MODE=copy
}
