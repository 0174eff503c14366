package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/traveldoc"
)

// watchlistCommand measures and tries the matcher of names.
type watchlistCommand struct {
	Screen  watchlistScreen  `cmd:"" help:"Screen labelled travellers against a list and write what each meets, one JSON line each."`
	Compare watchlistCompare `cmd:"" help:"Compare two names, with what else is known, and say why they are alike."`
}

// watchlistCompare compares a traveller with a listed person.
type watchlistCompare struct {
	Name         string `arg:"" help:"The traveller's name; \"SURNAME, Given\" tells the parts apart, \"SURNAME<<GIVEN\" is a machine readable zone."`
	Listed       string `arg:"" help:"The listed name."`
	DOB          string `name:"dob" help:"The traveller's date of birth: YYYY-MM-DD, YYYY-MM or YYYY."`
	DOB2         string `name:"dob2" help:"The listed date of birth; with ~ before it an approximate one, FROM/TO a range."`
	Sex          string `help:"The traveller's sex: M, F or X."`
	Sex2         string `help:"The listed sex."`
	Nationality  string `help:"The traveller's nationality."`
	Nationality2 string `help:"The listed nationality."`
	Weak         bool   `help:"The listed name is a weak alias."`
	Truncated    bool   `help:"The traveller's name fills the field of its machine readable zone."`
	JSON         bool   `help:"Print JSON."`
}

// comparison is what is printed.
type comparison struct {
	Matcher  string           `json:"matcher"`
	Score    float64          `json:"score"`
	Band     alerts.Band      `json:"band,omitempty"` // empty: no match
	Evidence []match.Evidence `json:"evidence"`
}

// Run compares and prints.
func (c *watchlistCompare) Run(a *app) error {
	q, e, err := c.sides()
	if err != nil {
		return usageError{err}
	}
	m := match.Compare(q, e)
	out := comparison{match.Version, m.Score, alerts.DefaultPolicy().Band(m.Score), m.Evidence}
	if c.JSON {
		enc := json.NewEncoder(a.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	return out.print(a.Out)
}

func (c *watchlistCompare) sides() (match.Query, match.Entry, error) {
	q := match.Query{
		Names: []alerts.Name{{Raw: c.Name, Kind: alerts.Primary}}, Sex: c.Sex, Nationality: optional(c.Nationality),
	}
	if c.Truncated || strings.Contains(c.Name, "<<") {
		q.Names[0].Kind, q.Truncated = alerts.MRZName, c.Truncated
	}
	e := match.Entry{Key: "listed", Subject: alerts.Subject{
		Kind: alerts.Person, Names: []alerts.Name{{Raw: c.Listed, Kind: alerts.Primary}},
		Sexes: optional(c.Sex2), Nationalities: optional(c.Nationality2),
	}}
	if c.Weak {
		e.Subject.Names[0].Kind = alerts.Weak
	}
	var err error
	if q.Births, err = parseBirths(c.DOB); err != nil {
		return q, e, fmt.Errorf("--dob: %w", err)
	}
	if e.Subject.Births, err = parseBirths(c.DOB2); err != nil {
		return q, e, fmt.Errorf("--dob2: %w", err)
	}
	return q, e, nil
}

// optional is a list of one, or of none for "".
func optional(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// parseBirths reads a birth as people write it: 1965-03-14, 1965-03, 1965, ~1965, 1965/1967; none for "".
func parseBirths(text string) ([]alerts.Birth, error) {
	if text == "" {
		return nil, nil
	}
	rest, circa := strings.CutPrefix(text, "~")
	from, to, isRange := strings.Cut(rest, "/")
	if !isRange {
		to = from
	}
	b := alerts.Birth{Circa: circa, Raw: text}
	var err error
	if b.From, err = traveldoc.ParseDate(from); err != nil {
		return nil, err
	}
	if b.To, err = traveldoc.ParseDate(to); err != nil {
		return nil, err
	}
	return []alerts.Birth{b}, nil
}

// print writes the comparison for people.
func (c comparison) print(to io.Writer) error {
	band := string(c.Band)
	if band == "" {
		band = "no match"
	}
	if _, err := fmt.Fprintf(to, "score %.3f  %s  (matcher %s)\n\n", c.Score, band, c.Matcher); err != nil {
		return err
	}
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "field\trelation\ttraveller\tlisted\talike\tweight\tadds")
	for _, e := range c.Evidence {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.2f\t%.2f\t%+.3f\n", e.Field, e.Relation, e.Found, e.Listed, e.Score, e.Weight, e.Contribution)
	}
	return table.Flush()
}
