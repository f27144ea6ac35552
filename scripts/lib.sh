# shellcheck shell=bash
# What the other scripts share: language, messages, steps that run once, and their stamps.
# Sourced, not run. Every step is skipped while the hash of what went into it is the one in its stamp.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
deps=$root/.deps
logs=$deps/log
stamps=$deps/stamps

export PKG_CONFIG_PATH=$deps/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
# The same rules as Sources/SaraiCore/Language.swift: nothing set means Spanish, a language of neither kind English.
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in '' | es | es[_.@-]*) language=es ;; *) language=en ;; esac
terminal=no
[[ -t 2 && ${TERM:-dumb} != dumb ]] && terminal=yes

# t SPANISH ENGLISH: the one in the user's language.
t() { if [[ $language == es ]]; then printf '%s' "$1"; else printf '%s' "$2"; fi; }
say() { printf '%s\n' "$(t "$1" "$2")" >&2; }
# fail SPANISH ENGLISH: one line that says what to do, and the end.
fail() {
  printf '✗ %s\n' "$(t "$1" "$2")" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# seconds_since MICROSECONDS: "0.4 s", "12 s", "3 min 5 s".
microseconds() { printf '%s' "${EPOCHREALTIME//[.,]/}"; }
seconds_since() {
  local elapsed=$(($(microseconds) - $1))
  if ((elapsed < 10000000)); then
    printf '%d.%d s' $((elapsed / 1000000)) $((elapsed / 100000 % 10))
  elif ((elapsed < 60000000)); then
    printf '%d s' $((elapsed / 1000000))
  else
    printf '%d min %d s' $((elapsed / 60000000)) $((elapsed / 1000000 % 60))
  fi
}

# One set-up at a time in a checkout: a second one waits for the first and finds its work done.
lock_setup() {
  mkdir -p "$deps" "$logs" "$stamps" 2>/dev/null ||
    fail "No se puede escribir en $deps: comprueba los permisos y el espacio libre." \
      "Cannot write to $deps: check its permissions and the free space."
  exec 9>"$deps/lock"
  flock -n 9 || {
    say "Otra preparación está en marcha en esta carpeta; espero a que acabe." \
      "Another set-up is running in this folder; waiting for it."
    flock 9
  }
}
unlock_setup() { exec 9>&-; }

hash_of() { sha256sum | cut -c1-64; }

# The last "[12/345]" or "Progress 12 of 345" of a log, as "3 %".
progress_of() {
  tail -c 65536 "$1" 2>/dev/null | tr '\r' '\n' |
    sed -nE 's/^\[([0-9]+)\/([0-9]+)\].*/\1 \2/p; s/^Progress ([0-9]+) of ([0-9]+).*/\1 \2/p' |
    tail -n 1 | { read -r part whole && ((whole > 0)) && printf ' %d %%' $((part * 100 / whole)); } || true
}

# Waits for process $1, which writes to log $2, and shows step $3 moving.
watch_step() {
  local child=$1 log=$2 name=$3 start next
  start=$(microseconds)
  next=$((start + 60000000))
  while kill -0 "$child" 2>/dev/null; do
    if [[ $terminal == yes ]]; then
      printf '\r\033[K  ▸ %s…%s  %s' "$name" "$(progress_of "$log")" "$(seconds_since "$start")" >&2
    elif (($(microseconds) >= next)); then
      printf '    %s:%s  %s\n' "$name" "$(progress_of "$log")" "$(seconds_since "$start")" >&2
      next=$((next + 60000000))
    fi
    sleep 0.2
  done
  [[ $terminal == yes ]] && printf '\r\033[K' >&2
  return 0
}

# explain_failure LOG NAME: what a person can do about it, judged by what the log says.
explain_failure() {
  local log=$1 name=$2 shown=${1#"$root"/}
  if grep -qiE 'no space left on device|disk quota exceeded|errno 28' "$log"; then
    fail "$name: el disco está lleno. Libera espacio y repite la orden; lo ya hecho se conserva." \
      "$name: the disk is full. Free some space and run the command again; what is done is kept."
  elif grep -qE 'DO NOT MATCH THE HASHES' "$log"; then
    fail "$name: lo descargado no es lo esperado (SHA-256 distinto) y no se ha usado. Repite la orden; si vuelve a pasar, tu espejo o tu proxy sirve otro archivo." \
      "$name: the download is not the expected file (SHA-256 differs) and was not used. Run the command again; if it happens again, your mirror or proxy serves another file."
  elif grep -qE 'Could not get lock|Unable to acquire the dpkg' "$log"; then
    fail "$name: otro programa está instalando paquetes. Espera a que acabe y repite la orden." \
      "$name: another program is installing packages. Wait for it to end and run the command again."
  elif grep -qE 'Unable to locate package|no installation candidate' "$log"; then
    fail "$name: no están en los repositorios de esta máquina. Añade «main» de tu versión de Debian a /etc/apt/sources.list, o instálalos por tu cuenta, y repite la orden." \
      "$name: not in this machine's repositories. Add the \"main\" part of your Debian release to /etc/apt/sources.list, or install them in another way, and run the command again."
  elif grep -qiE 'temporary failure in name resolution|name or service not known|could not resolve|failed to establish a new connection|max retries exceeded|connection (timed out|refused|reset)|network is unreachable|no matching distribution found' "$log"; then
    fail "$name: no hay red, o el registro no responde. La primera vez hace falta conexión; si sales por un proxy, define https_proxy. Detalles: $shown" \
      "$name: there is no network, or the registry does not answer. The first run needs a connection; behind a proxy, set https_proxy. Details: $shown"
  fi
  if grep -qE '(^|: )(fatal )?error: ' "$log"; then
    grep -E '(^|: )(fatal )?error: ' "$log" | awk '!seen[$0]++' | head -n 20 >&2
  elif [[ -n ${CI:-} ]]; then
    tail -n 40 "$log" >&2
  fi
  fail "$name: ha fallado. Los detalles están en $shown; corrige lo que diga y repite la orden." \
    "$name: failed. The details are in $shown; mend what it says and run the command again."
}

# stamp_current STAMP KEY: whether that step was finished for exactly these inputs.
stamp_current() {
  local stored=
  [[ -f $stamps/$1 ]] && stored=$(<"$stamps/$1")
  [[ $stored == "$2" ]]
}

# step STAMP SPANISH ENGLISH RESULT KEY COMMAND…: runs COMMAND unless its stamp is current and RESULT is there.
# KEY is all that the result depends on; the text of COMMAND, a function, is added to it.
step() {
  local stamp=$1 name result=$4 key log start status=0
  name=$(t "$2" "$3")
  key=$({ printf '%s\n' "$5" && declare -f "$6"; } | hash_of)
  shift 5
  [[ -e $result ]] && stamp_current "$stamp" "$key" && return 0
  log=$logs/$stamp.log
  start=$(microseconds)
  [[ $terminal == yes ]] || printf '  ▸ %s…\n' "$name" >&2
  rm -f "$stamps/$stamp"
  # In a process group of its own, so that Ctrl-C ends the whole of it.
  set -m
  (
    set -e
    exec </dev/null 9>&-
    "$@"
  ) >"$log" 2>&1 &
  local child=$!
  set +m
  trap 'kill -TERM -- -'"$child"' 2>/dev/null; printf "\n" >&2; exit 130' INT TERM HUP
  watch_step "$child" "$log" "$name"
  wait "$child" || status=$?
  trap - INT TERM HUP
  ((status == 0)) || explain_failure "$log" "$name"
  printf '%s\n' "$key" >"$stamps/$stamp"
  printf '  ✓ %s  (%s)\n' "$name" "$(seconds_since "$start")" >&2
}

# need_disk FOLDER MEGABYTES: refuses before the work rather than in the middle of it.
need_disk() {
  local folder=$1 free
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  free=$(df -Pm "$folder" | awk 'NR == 2 { print $4 }')
  ((free >= $2)) ||
    fail "Faltan $(($2 - free)) MB de disco en $folder: quedan $free MB y hacen falta $2. Libera espacio y repite la orden." \
      "$folder is $(($2 - free)) MB short of disk: $free MB are free and $2 are needed. Free some space and run the command again."
}

# Where SARAi keeps its models and its own files; the same rules as Sources/SaraiRuntime/Files/Folders.swift.
# folder_of OWN-VARIABLE NAME XDG-VARIABLE DEFAULT: a relative XDG folder counts as none, as its specification asks.
folder_of() {
  local own='' xdg=${!3:-}
  [[ -n $1 ]] && own=${!1:-}
  if [[ -n $own ]]; then
    printf '%s' "$own"
  elif [[ -n ${SARAI_HOME:-} ]]; then
    printf '%s/%s' "$SARAI_HOME" "$2"
  else
    [[ $xdg == /* ]] || xdg=$HOME/$4
    printf '%s/sarai' "$xdg"
  fi
}
models_folder() {
  local data
  data=$(folder_of SARAI_MODELS_DIR models XDG_DATA_HOME .local/share)
  if [[ -n ${SARAI_MODELS_DIR:-}${SARAI_HOME:-} ]]; then printf '%s' "$data"; else printf '%s/models' "$data"; fi
}
# Skills that were installed, and what they run on: folders skills and python in here.
skills_data_folder() { folder_of "" "" XDG_DATA_HOME .local/share; }
state_folder() { folder_of SARAI_STATE_DIR state XDG_STATE_HOME .local/state; }
config_folder() { folder_of "" config XDG_CONFIG_HOME .config; }

# The Swift files that people write: all but generated code.
list_swift() { find Package.swift Sources Tests -name '*.swift' -not -path '*/Generated/*' | sort; }
