# shellcheck shell=bash
# What scripts/setup is made of. Sourced; defines functions only. Works with bash 3.2 (macOS).

say() { printf '%s\n' "$*" >&2; }

stop() { # stop MESSAGE REMEDY: the last line says what to do
  say "$1"
  say "$2"
  exit 6
}

# --- may we install? --------------------------------------------------------------------------

as_root() { # runs a command as root; fails where that would ask for a password
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 1
  fi
}

apt_install() { # apt_install PACKAGE...: installs them, and nothing that they only recommend, or fails
  command -v apt-get >/dev/null 2>&1 || return 1
  as_root true || return 1
  say "Installing $1 with apt-get ..."
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends)
  as_root "${install[@]}" "$@" >/dev/null 2>&1 && return 0
  as_root apt-get -qq update >/dev/null 2>&1
  as_root "${install[@]}" "$@" >/dev/null
}

# --- Python -----------------------------------------------------------------------------------

python_fits() { # python_fits COMMAND: whether it runs and is new enough
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() { # prints the interpreter to build .venv with
  local name path
  for name in python3.13 python3.12 python3.11 python3.14 python3 python; do
    # A version manager's shim may stand for a version that is not switched on: try each for real.
    while IFS= read -r path; do
      if [ -n "$path" ] && python_fits "$path"; then
        printf '%s\n' "$path"
        return 0
      fi
    done <<PATHS
$(type -ap "$name" 2>/dev/null)
PATHS
  done
  return 1
}

make_venv() { # make_venv PYTHON FOLDER
  local python=$1 folder=$2 version
  "$python" -m venv --clear "$folder" >/dev/null 2>&1 && return 0
  # Debian and Ubuntu ship python3 without the part that makes virtual environments.
  version="$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')"
  if { apt_install "$version-venv" || apt_install python3-venv; } &&
    "$python" -m venv --clear "$folder" >&2; then
    return 0
  fi
  rm -rf "$folder"
  stop "$python cannot make a virtual environment (its venv module is missing or broken)." \
    "Type: sudo apt-get install $version-venv    (elsewhere: install a full Python 3.11 or newer)"
}

python_line() { # the one line to type where there is no Python
  if [ "$(uname)" = Darwin ]; then
    echo "brew install python@3.13"
  else
    echo "sudo apt-get install python3 python3-venv    (Debian 12, Ubuntu 24.04 or newer)"
  fi
}

# --- Java -------------------------------------------------------------------------------------

install_java() { # by apt-get or Homebrew, where we may
  local release
  if command -v apt-get >/dev/null 2>&1 && as_root true; then
    for release in 17 21 25; do
      apt_install "openjdk-$release-jre-headless" && return 0
    done
  elif command -v brew >/dev/null 2>&1 && [ "$(id -u)" -ne 0 ]; then
    say "Installing openjdk@17 with Homebrew ..."
    brew install --quiet openjdk@17 >&2 && return 0
  fi
  return 1
}

java_line() { # the one line to type where we may not install
  if command -v apt-get >/dev/null 2>&1; then
    echo "sudo apt-get install openjdk-17-jre-headless"
  elif [ "$(uname)" = Darwin ]; then
    echo "brew install openjdk@17"
  else
    echo "export JAVA_HOME=/where/java/17/is"
  fi
}

provide_java() { # provide_java ROOT: sets JAVA_HOME
  local root=$1 home
  if ! home="$(find_java "$root")"; then
    install_java || stop "There is no Java 17 or newer (JAVA_HOME, PATH, the usual places)." \
      "Type: $(java_line)    then run this again."
    home="$(find_java "$root")" || stop "Java was installed but is not found." \
      "Set JAVA_HOME to its folder and run this again."
  fi
  export JAVA_HOME="$home"
}

find_java() { # by the same code that the command uses; it needs nothing but Python
  (cd "$1" && .venv/bin/python -m clearance.platform.spark.java)
}

# --- a browser, for the tests -----------------------------------------------------------------

provide_chromium() { # where there is none and we may install; a test says what to type where not
  local name
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  apt_install chromium fonts-liberation || say "There is no Chromium, which one test asks for: sudo apt-get install chromium"
}

# --- axe-core, for the tests ------------------------------------------------------------------

axe_folder() { # axe_folder ROOT: where the pinned release of axe-core is, or is to be
  local sum archive
  read -r sum archive <"$1/scripts/lib/axe-core.sha256"
  printf '%s\n' "$1/.venv/share/${archive%.tgz}"
}

provide_axe() { # provide_axe ROOT: where we can; a test says what to type where not
  local folder
  folder="$(axe_folder "$1")"
  [ ! -f "$folder/axe.min.js" ] || return 0
  if command -v npm >/dev/null 2>&1 || apt_install npm; then
    say "Fetching axe-core (once; 1 MB) ..."
    fetch_axe "$1" "$folder" || say "axe-core, which one test asks for, could not be fetched with npm."
  else
    say "There is no npm, which fetches axe-core for one test: sudo apt-get install npm"
  fi
}

fetch_axe() ( # fetch_axe ROOT FOLDER: by its name, and unpacked only where its sum is the pinned one
  read -r sum archive <"$1/scripts/lib/axe-core.sha256"
  mkdir -p "$2"
  cd "$2" || exit 1
  release="${archive#axe-core-}"
  npm pack --silent "axe-core@${release%.tgz}" >/dev/null || exit 1
  if [ "$(sums <"$archive")" != "$sum" ]; then
    rm -f "$archive"
    say "$archive has another sum than scripts/lib/axe-core.sha256 has."
    exit 1
  fi
  tar -xzf "$archive" --strip-components 1 package/LICENSE package/axe.min.js && rm -f "$archive"
)

# --- the whole --------------------------------------------------------------------------------

sums() { # SHA-256 of what is given on stdin
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

stamp_of() { # stamp_of ROOT LEVEL: what .venv/.clearance-set-up holds when that level is set up
  # The folder is part of it: a virtual environment that was moved does not run.
  printf '%s\n%s\n%s\n' "$1" "$2" "$(cat "$1"/requirements*.txt "$1/pyproject.toml" | sums)"
}

venv_is_ready() { # venv_is_ready ROOT LEVEL: test tools include all that a run needs
  local stamp level
  [ -x "$1/.venv/bin/python" ] && [ -f "$1/.venv/.clearance-set-up" ] || return 1
  stamp="$(cat "$1/.venv/.clearance-set-up")"
  for level in "$2" test; do
    [ "$stamp" = "$(stamp_of "$1" "$level")" ] && return 0
  done
  return 1
}

jars_are_there() { # their sums are checked when they are fetched and whenever Spark starts
  local sum jar
  while read -r sum jar; do
    [ -z "$sum" ] || [ -f "${CLEARANCE_JARS:-$1/.jars}/$jar" ] || return 1
  done <"$1/clearance/platform/spark/jars.sha256"
}

locked_install() { # locked_install ROOT OPTION...: nothing whose sum is not in the lock
  # Not isolated: what comes as source (pyspark) is built with the locked tools, not the newest.
  local root=$1
  shift
  "$root/.venv/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes \
    --no-build-isolation --use-pep517 "$@" >&2
}

fill_venv() { # fill_venv ROOT LEVEL
  local root=$1 level=$2 python locked="$1/requirements.txt" stamp="$1/.venv/.clearance-set-up"
  [ "$level" = test ] && locked="$root/requirements-test.txt"
  if [ -x "$root/.venv/bin/python" ] && [ "$(head -n 1 "$stamp" 2>/dev/null)" = "$root" ]; then
    say "Bringing .venv up to date ..."
  else # none, moved, or left by an interrupted set-up
    python="$(find_python)" || stop "There is no Python 3.11 or newer on PATH." \
      "Type: $(python_line)    then run this again."
    say "Setting up .venv with $python (once; it takes some minutes and 1 GB) ..."
    make_venv "$python" "$root/.venv"
  fi
  rm -f "$stamp" # written again when all is done
  {
    locked_install "$root" -r "$root/requirements-build.txt" &&
      locked_install "$root" -r "$locked" &&
      "$root/.venv/bin/python" -m pip --disable-pip-version-check --quiet install \
        --no-deps --no-index --no-build-isolation --editable "$root" >&2
  } || stop "The locked packages could not be installed (see above)." \
    "Check that the Python package index can be reached, and run this again."
}

fetch_jars() { # fetch_jars ROOT
  local said
  say "Fetching Delta's jars (once; 13 MB) ..."
  # The resolver is talkative: heard only when it fails; then the last line says what to do.
  said="$("$1/.venv/bin/python" -m clearance.platform.spark.jars 2>&1)" || {
    say "$said"
    exit 6
  }
}

archive_classes() { # archive_classes ROOT: in the background, when nothing else runs; a run needs it not
  (
    trap '' INT HUP
    cd "$1" && nice -n 19 .venv/bin/python -m clearance.commands.archive_classes </dev/null >/dev/null 2>&1 &
  )
}

set_up() { # set_up ROOT LEVEL(run|test)
  local root=$1 level=$2 ready=yes
  case "$level" in
    run | test) ;;
    *) stop "Unknown set-up level '$level'." "Use: scripts/setup run|test" ;;
  esac
  if ! venv_is_ready "$root" "$level"; then
    ready=no
    fill_venv "$root" "$level"
  fi
  provide_java "$root"
  if [ "$level" = test ]; then
    provide_chromium
    provide_axe "$root"
  fi
  jars_are_there "$root" || fetch_jars "$root"
  archive_classes "$root"
  if [ $ready = no ]; then
    stamp_of "$root" "$level" >"$root/.venv/.clearance-set-up"
    say "Set up."
  fi
}
