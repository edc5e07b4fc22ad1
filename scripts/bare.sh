#!/usr/bin/env bash
# Proves README's two commands on a bare machine: a fresh clone of what is committed, an empty HOME, no environment, and
# a PATH that holds python3, make, git and the small tools of every Unix.
#   scripts/bare.sh                  on this machine
#   scripts/bare.sh --debootstrap    in a Debian 12 made for it, as an ordinary user (needs root and debootstrap)
# PYTHON chooses the interpreter of the first form.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
mounts=()
clean() {
  for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do umount "${mounts[i]}"; done
  rm -rf --one-file-system "$work"
}
trap clean EXIT

if [ -n "$(git -C "$root" status --porcelain)" ]; then
  echo "bare: not everything is committed; only what is committed is tried" >&2
fi

in_debian() {
  local house="$work/debian" path
  echo "bare: debootstrap"
  debootstrap --variant=minbase --include=python3,python3-venv,make,git,ca-certificates bookworm "$house" >"$work/log" ||
    { tail "$work/log" >&2; exit 1; }
  # How this machine reaches the network: names, certificates, pip's own settings.
  for path in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    [ ! -e "$path" ] || cp -L "$path" "$house$path"
  done
  for path in proc dev/pts dev/shm; do
    mkdir -p "$house/$path"
    mount --bind "/$path" "$house/$path"
    mounts+=("$house/$path")
  done
  chroot "$house" useradd --create-home --shell /bin/bash councillor
  git clone --quiet --no-local "$root" "$house/home/councillor/chamber"
  chroot "$house" chown -R councillor: /home/councillor
  for command in demo test; do
    echo "bare: make $command"
    chroot "$house" su councillor -s /bin/bash -c \
      "cd ~/chamber && env -i HOME=\$HOME PATH=/usr/bin:/bin LANG=C.UTF-8 make $command" </dev/null
  done
}

on_this_machine() {
  local python tool
  python=$("${PYTHON:-python3}" -c 'import sys; print(sys.executable)')
  mkdir "$work/bin" "$work/home"
  ln -s "$python" "$work/bin/python3"
  for tool in make git sh bash env cat cp echo false find grep head ls mkdir mv rm sed sort tail touch tr true uname; do
    ln -s "$(type -P "$tool")" "$work/bin/$tool"
  done
  git clone --quiet --no-local "$root" "$work/chamber"
  for command in demo test; do
    echo "bare: make $command"
    env -i HOME="$work/home" PATH="$work/bin" LANG=C.UTF-8 make -C "$work/chamber" "$command" </dev/null
  done
}

case ${1:-} in
  '') on_this_machine ;;
  --debootstrap) in_debian ;;
  *) echo "usage: scripts/bare.sh [--debootstrap]" >&2; exit 2 ;;
esac
echo "bare: both commands passed"
