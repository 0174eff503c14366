#!/bin/sh
# Prints the tables of docs/fingerprints.md: accuracy on the sets of prints below the folder of test data, once by the pairs of each set and
# once with those of different sets, and what a fit of the score is worth on the fingers, and on the readers, that it has not seen.
# BMIS_TEST_DATA is the folder of test data; the evaluation stands beside it. Nothing is written into the repository.
set -eu
: "${BMIS_TEST_DATA:?the folder of test data, with ../tools/fingerprint-eval beside it}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -o "$work/bmis" ./cmd/bmis
go build -o "$work/evaluate" "$BMIS_TEST_DATA/../tools/fingerprint-eval/main.go"
[ $# -gt 0 ] || set -- "$BMIS_TEST_DATA"/fingerprints/fvc*
"$work/bmis" fingerprint evaluate --cross "$@" >"$work/all.csv"
(cd "$work" && ./evaluate all.csv)
BMIS_FIT=tables go test -count 1 -run '^TestFit$' -v ./biometrics/fingerprint | grep -v '^[=-]'
go test -run '^$' -bench 'Match|Prepare|Search|Template|Extract' ./biometrics/fingerprint
