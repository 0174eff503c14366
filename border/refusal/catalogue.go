package refusal

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// Limits of a table of reasons. A form has to hold its reasons on paper.
const (
	MaxTable   = 256 << 10 // bytes of JSON
	MaxEntries = 100       // reasons of all times
	maxWords   = 1000      // bytes of a title or text
	maxName    = 80        // bytes of the version and of the country
)

// Languages are the languages in which every reason has its words, as BCP 47 tags.
func Languages() []string { return []string{"en", "fr", "es", "ar"} }

// Catalogue is a country's table of reasons. Its zero value knows none.
type Catalogue struct {
	Country string   `json:"country"` // three letters, or empty for the built-in table
	Version string   `json:"version"`
	Reasons []Reason `json:"reasons"` // in the order of the form
}

// Reason is one coded reason, valid from a day to another. Its words may change over time: then the code has several entries, of which
// one is valid on each day.
type Reason struct {
	Code  string         `json:"code"`           // a letter, or a letter and up to three further letters or digits
	From  traveldoc.Date `json:"from"`           // first day
	Until traveldoc.Date `json:"until,omitzero"` // last day; zero while it lasts
	// Biometrics says that fingerprints are taken with this reason (Regulation (EU) 2017/2226, article 18).
	Biometrics bool  `json:"biometrics,omitempty"`
	Title      Words `json:"title"` // a few words, for choosing
	Text       Words `json:"text"`  // what the form states
}

// Words are one text in every language.
type Words map[string]string

// In is the text in the language; in English where the language is not known.
func (w Words) In(language string) string {
	if s, ok := w[language]; ok {
		return s
	}
	return w["en"]
}

//go:embed reasons.json
var builtIn []byte //nolint:gochecknoglobals // go:embed needs one

// Default is the built-in table: annex V part B of Regulation (EU) 2016/399, with reason J since the Entry/Exit System began.
func Default() (Catalogue, error) { return Parse(builtIn) }

// table is a Catalogue as it is written. Extends takes the built-in reasons first; a code of its own takes the place of theirs.
type table struct {
	Catalogue
	Extends bool `json:"extends"`
}

// Parse reads a table from JSON. The error says where the table is wrong and what was expected.
func Parse(data []byte) (Catalogue, error) {
	if len(data) > MaxTable {
		return Catalogue{}, fmt.Errorf("reasons for refusal: %d bytes; expected at most %d", len(data), MaxTable)
	}
	var t table
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&t); err != nil {
		return Catalogue{}, fmt.Errorf("reasons for refusal: at byte %d: %w", decoder.InputOffset(), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Catalogue{}, fmt.Errorf("reasons for refusal: at byte %d: expected the end of the table", decoder.InputOffset())
	}
	if t.Extends {
		if err := t.extend(); err != nil {
			return Catalogue{}, err
		}
	}
	return t.Catalogue, t.check()
}

// extend puts the built-in reasons before the table's own, but for those whose code the table has itself.
func (t *table) extend() error {
	base, err := Default()
	if err != nil {
		return err
	}
	own := t.Reasons
	kept := slices.DeleteFunc(base.Reasons, func(r Reason) bool {
		return slices.ContainsFunc(own, func(o Reason) bool { return o.Code == r.Code })
	})
	t.Reasons = append(kept, own...)
	slices.SortStableFunc(t.Reasons, func(a, b Reason) int {
		return strings.Compare(a.Code[:min(1, len(a.Code))], b.Code[:min(1, len(b.Code))])
	})
	return nil
}

func (c Catalogue) check() error {
	switch {
	case strings.TrimSpace(c.Version) == "" || len(c.Version) > maxName || len(c.Country) > maxName:
		return fmt.Errorf("reasons for refusal: version, country: expected a version, of at most %d bytes each", maxName)
	case len(c.Reasons) == 0 || len(c.Reasons) > MaxEntries:
		return fmt.Errorf("reasons for refusal: reasons: %d entries; expected 1 to %d", len(c.Reasons), MaxEntries)
	}
	for n, r := range c.Reasons {
		if err := r.check(); err != nil {
			return fmt.Errorf("reasons for refusal: reasons[%d] %.8q: %w", n, r.Code, err)
		}
		if m := slices.IndexFunc(c.Reasons[:n], r.overlaps); m >= 0 {
			return fmt.Errorf("reasons for refusal: reasons[%d] %q: valid on days of reasons[%d] too; expected one entry of a code a day", n, r.Code, m)
		}
	}
	return nil
}

var codeShape = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,3}$`) //nolint:gochecknoglobals // compiled once, never changed

func (r Reason) check() error {
	switch {
	case !codeShape.MatchString(r.Code):
		return errors.New("code: expected a capital letter and up to three capital letters or digits")
	case r.From.Precision() != traveldoc.PrecisionDay:
		return errors.New("from: expected the first day, as YYYY-MM-DD")
	case !r.Until.IsZero() && r.Until.Precision() != traveldoc.PrecisionDay:
		return errors.New("until: expected the last day, as YYYY-MM-DD, or nothing")
	case !r.Until.IsZero() && r.Until.String() < r.From.String():
		return errors.New("until: expected a day that is not before from")
	}
	if err := r.Title.check("title"); err != nil {
		return err
	}
	return r.Text.check("text")
}

func (w Words) check(field string) error {
	for _, language := range Languages() {
		if strings.TrimSpace(w[language]) == "" || len(w[language]) > maxWords {
			return fmt.Errorf("%s.%s: expected 1 to %d bytes of text", field, language, maxWords)
		}
	}
	if len(w) > len(Languages()) {
		return fmt.Errorf("%s: expected the languages %s and no other", field, strings.Join(Languages(), ", "))
	}
	return nil
}

// overlaps tells whether both are of one code and valid on one day. Days in ISO 8601 sort as they follow.
func (r Reason) overlaps(other Reason) bool {
	ends := func(r Reason) string {
		if r.Until.IsZero() {
			return "9999-12-31"
		}
		return r.Until.String()
	}
	return r.Code == other.Code && r.From.String() <= ends(other) && other.From.String() <= ends(r)
}

func (r Reason) on(day traveldoc.Date) bool {
	return r.From.String() <= day.String() && (r.Until.IsZero() || day.String() <= r.Until.String())
}

// On are the reasons valid on the day, in the order of the form.
func (c Catalogue) On(day traveldoc.Date) []Reason {
	valid := make([]Reason, 0, len(c.Reasons))
	for _, r := range c.Reasons {
		if r.on(day) {
			valid = append(valid, r)
		}
	}
	return valid
}

// Reason is the reason of the code that is valid on the day; false when there is none.
func (c Catalogue) Reason(code string, day traveldoc.Date) (Reason, bool) {
	for _, r := range c.Reasons {
		if r.Code == code && r.on(day) {
			return r, true
		}
	}
	return Reason{}, false
}
