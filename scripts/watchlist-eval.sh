#!/bin/sh
# Prints the evaluation's tables of the matcher, for the seeds given (default: the tool's own and three others).
# BMIS_TEST_DATA is the folder of test data; the evaluation stands beside it. Nothing is written into the repository.
set -eu
: "${BMIS_TEST_DATA:?the folder of test data, with ../tools/watchlist-eval beside it}"
tools=$BMIS_TEST_DATA/../tools/watchlist-eval
lists=$BMIS_TEST_DATA/watchlists
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
CGO_ENABLED=0 go build -o "$work/bmis" ./cmd/bmis
go build -o "$work/gen" "$tools/gen/main.go"
go build -o "$work/score" "$tools/score/main.go"
[ $# -gt 0 ] || set -- 20240601 7 99 1234
for seed in "$@"; do
	"$work/gen" -sdn "$lists/ofac-sdn.csv" -alt "$lists/ofac-alt.csv" -neg "$lists/travellers-global.csv" -seed "$seed" -out "$work/data" 2>/dev/null
	"$work/bmis" watchlist screen --corpus "$work/data/corpus.jsonl" --queries "$work/data/queries.jsonl" >"$work/results.jsonl"
	echo "seed $seed"
	"$work/score" "$work/results.jsonl"
done
