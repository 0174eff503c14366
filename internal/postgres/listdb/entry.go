package listdb

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/replication"
	"github.com/openbmis/openbmis/traveldoc"
)

// maxTerms bounds what one alert is found by: an entry with hundreds of aliases is found by the first of them.
const maxTerms = 300

// unversioned is how a body begins where its version belongs. A quote inside a string of JSON is escaped, so that nothing before it can
// look like it.
const unversioned = `"version":0,`

// bodyOf is an alert as it is proposed: without the version that approval gives it.
func bodyOf(a alerts.Alert) (body string, digest [sha256.Size]byte, err error) {
	a.Version = 0
	if a.Status == alerts.Active {
		a.Status = ""
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return "", digest, fmt.Errorf("alert: %w", err)
	}
	if strings.ContainsRune(string(raw), 0) {
		return "", digest, problem.New(problem.Invalid, "lists.characters")
	}
	if len(raw)+20 > replication.MaxRowBytes { // the version's digits
		return "", digest, problem.New(problem.Invalid, "lists.too_large").With("max", replication.MaxRowBytes>>10).With("bytes", len(raw))
	}
	return string(raw), sha256.Sum256(raw), nil
}

// versioned is the body as it is published.
func versioned(body string, version int) string {
	return strings.Replace(body, unversioned, `"version":`+strconv.Itoa(version)+",", 1)
}

// termsOf are the words by which an alert is found: those of its names, whole numbers of documents, plates and the VINs of vehicles.
func termsOf(a alerts.Alert) (terms []string) {
	seen := map[string]bool{}
	add := func(term string) {
		if term != "" && !seen[term] && len(terms) < maxTerms {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	for _, n := range a.Subject.Names {
		for _, word := range words(n.Raw) {
			add(word)
		}
		for _, p := range n.Parts {
			for _, word := range words(p.Text) {
				add(word)
			}
		}
	}
	for _, d := range a.Subject.Documents {
		add(traveldoc.FoldNumber(d.Number))
		add(traveldoc.FoldNumber(d.Until))
	}
	for _, v := range a.Subject.Vehicles {
		add(border.FoldPlate(v.Plate))
		add(traveldoc.FoldNumber(v.VIN))
	}
	return terms
}

// words are the folded words of what people write, without repeats.
func words(s string) []string {
	list := strings.Fields(strings.ReplaceAll(traveldoc.FoldName(s), "\x00", " "))
	for i, w := range list {
		if len(w) > 100 {
			list[i] = strings.ToValidUTF8(w[:100], "")
		}
	}
	return list
}

// last is the last day of a date, NULL when there is none.
func last(d traveldoc.Date) *time.Time {
	if d.IsZero() {
		return nil
	}
	day := d.Last()
	return &day
}

// agencyOf is the agency that owns an alert of a list.
func agencyOf(a alerts.Alert, list List) string {
	if a.Owner != "" {
		return a.Owner
	}
	return list.Owner
}

// published says whether an alert may be at stations: discreet ones never are, suspended and withdrawn ones not now.
func published(a alerts.Alert) bool {
	return a.Secrecy != alerts.Discreet && (a.Status == "" || a.Status == alerts.Active)
}

// safeties are the marks that an alert may carry.
func safeties() []string {
	return []string{"armed", "violent", "escaped", "contagious", "suicide_risk"}
}

// Safeties lists the marks that everybody who meets the person must know.
func Safeties() []string { return slices.Clone(safeties()) }
