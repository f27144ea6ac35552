# shellcheck shell=bash disable=SC2154 # parts.sh and lib.sh set the variables
# The Python environments that skills run in, one folder each in .deps/python. Sourced by parts.sh, not run.

# A Python for environments that other programs run: the system's, which outlives those of version managers, where it
# is new enough. What they hold need not be asked for here, so Debian's python3 without its venv package will do.
skill_python() {
  local python
  for python in /usr/bin/python3 python3; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$python" && return 0
  done
  echo "Python 3.11 or later is needed for skills in Python" >&2
  return 1
}

# make_skill_environment NAME: the packages of requirements/NAME.txt and the kit for skills. It has no pip and no
# scripts, which would hold its path, so that it can be copied.
make_skill_environment() {
  local environment=$deps/python/$1 python packages
  python=$(skill_python)
  rm -rf "$environment.part"
  "$python" -m venv --without-pip "$environment.part"
  "$deps/venv/bin/python" -m pip --python "$environment.part/bin/python" install --disable-pip-version-check \
    --no-input --progress-bar raw --retries 1 --only-binary :all: --no-deps --require-hashes -r "$requirements/$1.txt"
  packages=$("$environment.part/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  cp -r skills/python-kit/src/sarai_skill "$packages/"
  find "$environment.part/bin" -type f -delete
  "$environment.part/bin/python" -m compileall -q "$packages/sarai_skill"
  # Its interpreter knows its place by where it is found; nothing in it names the one where it was made. An older one
  # serves until this one is whole.
  rm -rf "$environment"
  mv "$environment.part" "$environment"
}
skill_environment() {
  local kit
  kit=$(find skills/python-kit/src -name '*.py' -exec sha256sum {} + | sort)
  step "python-$1" "$2" "$3" "$deps/python/$1/bin/python" "$kit $(<"$requirements/$1.txt")" \
    make_skill_environment "$1"
}
skill_environments() {
  mkdir -p "$deps/python"
  skill_environment kit "entorno de las habilidades en Python" "environment of skills in Python"
  skill_environment nlp "entorno de la habilidad nlp (spaCy, español)" "environment of the skill nlp (spaCy, Spanish)"
}
# SARAi starts without them: their skills say then what they lack, and the next set-up tries again.
optional_skill_environments() {
  local status
  set +e
  (skill_environments)
  status=$?
  set -e
  case $status in
    0) ;;
    130 | 143) exit "$status" ;;
    *) say "! Sigo sin las habilidades en Python; la próxima preparación lo vuelve a intentar." \
      "! Going on without the skills in Python; the next set-up tries again." ;;
  esac
}
