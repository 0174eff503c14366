package file

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// Unusable is a part of a published file that this release cannot use. It never repeats a value.
type Unusable struct {
	Item   string // such as "movements[3]"; "row" for all of it
	Reason string // coded
}

const maxText = 200

// ParsePublished reads a row of the dataset. Parts that cannot be used are left out and named; the rest is good to use. When the row
// names no file, or is not JSON, all of it is unusable.
func ParsePublished(key string, data []byte) (Published, []Unusable) {
	var row struct {
		File           uuid.UUID         `json:"file"`
		Members        []uuid.UUID       `json:"members"`
		Papers         []json.RawMessage `json:"papers"`
		Movements      []json.RawMessage `json:"movements"`
		Authorisations []json.RawMessage `json:"authorisations"`
		Voided         []uuid.UUID       `json:"voided"`
		Links          []json.RawMessage `json:"links"`
		Prints         []json.RawMessage `json:"prints"`
		Absent         []json.RawMessage `json:"absent"`
	}
	if err := json.Unmarshal(data, &row); err != nil {
		return Published{}, []Unusable{{"row", "not_readable"}}
	}
	if row.File == uuid.Nil || row.File.String() != key {
		return Published{}, []Unusable{{"row", "file_unknown"}}
	}
	p := Published{File: row.File, Members: row.Members, Voided: row.Voided}
	var bad []Unusable
	p.Papers = usable(row.Papers, "papers", &bad, checkPaper)
	p.Movements = usable(row.Movements, "movements", &bad, CheckMovement)
	p.Authorisations = usable(row.Authorisations, "authorisations", &bad, checkAuthorisation)
	p.Links = usable(row.Links, "links", &bad, checkStanding)
	p.Prints = usable(row.Prints, "prints", &bad, checkStation)
	p.Absent = usable(row.Absent, "absent", &bad, checkFinger)
	return p, bad
}

func usable[T any](parts []json.RawMessage, name string, bad *[]Unusable, check func(T) string) []T {
	var good []T
	for n, raw := range parts {
		var v T
		reason := "not_readable"
		if json.Unmarshal(raw, &v) == nil {
			reason = check(v)
		}
		if reason != "" {
			*bad = append(*bad, Unusable{fmt.Sprintf("%s[%d]", name, n), reason})
			continue
		}
		good = append(good, v)
	}
	return good
}

// keepable reports whether the texts can be kept: bounded, UTF-8, no NUL.
func keepable(texts ...string) bool {
	for _, s := range texts {
		if len(s) > maxText || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return false
		}
	}
	return true
}

func checkPaper(p Paper) string {
	switch {
	case traveldoc.FoldNumber(p.Document.Number) == "":
		return "number_missing"
	case !keepable(p.Document.Number, p.Document.IssuingState, p.Document.Code, p.Identity.Surname, p.Identity.GivenNames,
		p.Identity.Nationality, p.Identity.Sex):
		return "text_unkeepable"
	}
	return ""
}

// CheckMovement says, coded, why a movement cannot be used; empty when it can. Codes that this release does not know are kept.
func CheckMovement(m stay.Movement) string {
	switch {
	case m.ID == uuid.Nil:
		return "id_missing"
	case !m.Direction.Valid():
		return "direction_unknown"
	case m.At.IsZero() || m.At.Year() < 1900 || m.At.Year() > 9999:
		return "time_missing"
	case m.Date.Precision() != traveldoc.PrecisionDay:
		return "date_missing"
	case !keepable(m.Station, string(m.Origin), string(m.Category), string(m.Basis), m.Nationality):
		return "text_unkeepable"
	}
	return ""
}

func checkAuthorisation(a stay.Authorisation) string {
	switch {
	case a.ID == uuid.Nil:
		return "id_missing"
	case a.Kind != stay.Extended && a.Kind != stay.Revoked && a.Kind != stay.Annulled:
		return "kind_unknown"
	case a.At.IsZero():
		return "time_missing"
	}
	return ""
}

func checkStation(station string) string {
	if station == "" || !keepable(station) {
		return "text_unkeepable"
	}
	return ""
}

func checkStanding(l StandingLink) string {
	switch {
	case l.ID == uuid.Nil || l.A == uuid.Nil || l.B == uuid.Nil || l.A == l.B:
		return "files_missing"
	case !l.Verdict.Valid():
		return "verdict_unknown"
	case len(l.Evidence) > MaxEvidenceText || !keepable(l.Ground) || !utf8.ValidString(l.Evidence) || strings.ContainsRune(l.Evidence, 0):
		return "text_unkeepable"
	}
	return ""
}
