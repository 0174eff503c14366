// Package refusal holds what a refusal of entry consists of: the coded reasons with their legal text, the standard form's particulars,
// its copy number and what was handed over (Regulation (EU) 2016/399, article 14 and annex V; Regulation (EU) 2017/2226, article 18).
//
// It exists so that the reasons are a versioned table of each country and no list in the code. It must never decide: who refuses is a
// person of the second line, and internal/postgres/stationdb alone writes the decision.
package refusal
