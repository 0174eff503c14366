# Joins go test's benchmark lines with the aims: package.name, unit, comparison (<= or >=), aim, peer; tab separated. Of several runs
# of a benchmark the median is shown. Figures with an aim come first, in the order of the aims.
FNR == NR {
  if ($0 !~ /^#/ && NF >= 4) { key = $1 " " $2; order[++aims] = key; rule[key] = $3; aim[key] = $4; peer[key] = $5 }
  next
}
/^(machine|when|load after): / { print; next }
/^pkg: / { n = split($0, part, "/"); pkg = part[n]; next }
/^Benchmark/ {
  n = split($0, word, /[ \t]+/)
  name = word[1]; sub(/-[0-9]+$/, "", name); sub(/^Benchmark/, "", name)
  for (i = 3; i + 1 <= n; i += 2) if (word[i] != "") take(pkg "." name " " word[i + 1], word[i])
}
END {
  if (!keys) { print "no benchmark ran"; exit }
  head()
  for (i = 1; i <= aims; i++) if (order[i] in runs) line(order[i])
  print ""
  for (i = 1; i <= keys; i++) if (!(seen[i] in aim) && seen[i] !~ / (B|allocs)\/op$/) line(seen[i])
}
function take(key, figure) {
  if (!(key in runs)) seen[++keys] = key
  value[key, ++runs[key]] = figure
}
function median(key,    i, j, n, v, t) {
  n = runs[key]
  for (i = 1; i <= n; i++) {
    v = value[key, i]
    for (j = i - 1; j >= 1 && t[j] + 0 > v + 0; j--) t[j + 1] = t[j]
    t[j + 1] = v
  }
  return t[int((n + 1) / 2)]
}
function head() { printf "\n%-52s %12s %-24s %-20s %s\n", "benchmark", "figure", "unit", "aim", "elsewhere" }
function line(key,    at, figure, unit, met, verdict) {
  at = index(key, " ")
  figure = median(key)
  unit = substr(key, at + 1)
  verdict = ""
  if (key in aim) {
    met = rule[key] == "<=" ? figure + 0 <= aim[key] + 0 : figure + 0 >= aim[key] + 0
    verdict = rule[key] " " aim[key] (met ? "" : "  MISSED")
  }
  if (!(key in aim) && unit == "ns/op" && figure >= 1e6) { figure = sprintf("%.4g", figure / 1e6); unit = "ms/op" }
  printf "%-52s %12s %-24s %-20s %s\n", substr(key, 1, at - 1), figure, unit, verdict, peer[key]
}
