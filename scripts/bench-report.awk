# Joins go test's benchmark lines with the aims: name, unit, comparison (<= or >=), aim, peer; tab separated.
BEGIN { printf "%-58s %14s %-14s %-16s %s\n", "benchmark", "figure", "unit", "aim", "peer" }
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
    verdict = rule[key] " " aim[key] (met ? "" : "  MISSED")
  } else if (unit == "B/op") return
  printf "%-58s %14s %-14s %-16s %s\n", name, figure, unit, verdict, peer[key]
}
