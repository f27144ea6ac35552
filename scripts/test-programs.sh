# shellcheck shell=bash disable=SC2154 # parts.sh and lib.sh set the variables
# Programs of others that SARAi is tested with, as Debian has them. Sourced by parts.sh, not run.

# unpack_package NAME: a Debian package unpacked and not installed, for an installed one starts a server of its own.
unpack_package() {
  local folder=$deps/$1 download=$deps/download/$1
  rm -rf "$folder" "$download"
  mkdir -p "$download"
  (
    cd "$download" || exit 1
    apt-get download "$1" || { update_package_lists && apt-get download "$1"; }
    dpkg-deb --extract "$1"_*.deb "$folder"
  )
  rm -rf "$download"
}
supervisord() {
  if ! has apt-get || ! has dpkg-deb; then
    has supervisord && has supervisorctl && return 0
    fail "Falta supervisord, con el que se prueba deploy/supervisord: instala «supervisor»." \
      "supervisord is missing, with which deploy/supervisord is tested: install supervisor."
  fi
  step supervisord "supervisord, para las pruebas" "supervisord, for the tests" \
    "$deps/supervisor/usr/bin/supervisord" "" unpack_package supervisor
}
prometheus() {
  if ! has apt-get || ! has dpkg-deb; then
    has prometheus && has promtool && return 0
    fail "Falta Prometheus, con el que se prueban las métricas: instala «prometheus» y «promtool»." \
      "Prometheus is missing, with which metrics are tested: install prometheus and promtool."
  fi
  step prometheus "Prometheus, para las pruebas" "Prometheus, for the tests" "$deps/prometheus/usr/bin/promtool" \
    "" unpack_package prometheus
}
