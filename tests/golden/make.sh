#!/bin/sh
# Makes the golden files anew by the real Ocamlnet
# (Debian: ocaml-nox ocaml-findlib libocamlnet-ocaml-dev).
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp make.ml "$work"
ocamlfind ocamlopt -package netshm -linkpkg "$work/make.ml" -o "$work/make"
for pagesize in 160 256 1024; do
    "$work/make" "$work/table" "$pagesize" > "$work/bindings"
    gzip -9n < "$work/bindings" > "table-$pagesize.txt.gz"
    gzip -9n < "$work/table" > "table-$pagesize.shm.gz"
    rm "$work/table"
done
