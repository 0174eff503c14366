# Joins go test's benchmark lines with the aims (scripts/bench-aims.tsv). An aim without a figure is said too.
BEGIN { printf "%-52s %14s %-14s %-22s %s\n", "benchmark", "figure", "unit", "aim", "peer" }
FNR == NR {
  if ($0 !~ /^#/ && NF >= 4) { rule[$1 " " $2] = $3; aim[$1 " " $2] = $4; peer[$1 " " $2] = $5 }
  next
}
/^Benchmark/ {
  n = split($0, word, /[ \t]+/)
  name = word[1]; sub(/-[0-9]+$/, "", name); sub(/^Benchmark/, "", name)
  for (i = 3; i + 1 <= n; i += 2) line(name, word[i], word[i + 1])
}
function line(name, figure, unit,    key, verdict) {
  key = name " " unit
  verdict = ""
  if (key in aim) {
    met = rule[key] == "<=" ? figure + 0 <= aim[key] + 0 : figure + 0 >= aim[key] + 0
    verdict = rule[key] " " aim[key] (met ? "  met" : "  MISSED")
    seen[key] = 1
  } else if (unit == "B/op") return
  printf "%-52s %14s %-14s %-22s %s\n", name, figure, unit, verdict, peer[key]
}
END { for (key in aim) if (!(key in seen)) printf "%-67s %-14s %s %s  NOT MEASURED\n", key, "", rule[key], aim[key] }
