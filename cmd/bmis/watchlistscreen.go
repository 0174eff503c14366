package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
)

// watchlistScreen screens labelled travellers: how well the matcher finds them is then counted by a tool of its own.
type watchlistScreen struct {
	Corpus  string  `required:"" type:"existingfile" help:"The listed persons, one JSON object a line: id, surname, given, aliases, weak, dobs, nat, gender, docs."`
	Queries string  `required:"" type:"existingfile" help:"The travellers, one JSON object a line: qid, kind, expect, name, surname, given, dob, gender, nat, doc_num, doc_iss."`
	Least   float64 `default:"0.5" help:"The least score that is written."`
}

// listedPerson is a line of the corpus.
type listedPerson struct {
	ID      string
	Surname string
	Given   string
	Aliases []string
	Weak    []string
	DOBs    []string
	Nat     []string
	Gender  string
	Docs    []struct{ Num, Country string }
}

// labelled is a line of the queries.
type labelled struct {
	QID, Kind, Expect, Name, Surname, Given, DOB, Gender, Nat string
	DocNum                                                    string `json:"doc_num"`
	DocIss                                                    string `json:"doc_iss"`
}

// screened is a line of the results; US is how many microseconds the search took.
type screened struct {
	QID    string        `json:"qid"`
	Kind   string        `json:"kind"`
	Expect string        `json:"expect"`
	US     int64         `json:"us"`
	Hits   []screenedHit `json:"hits"`
}

type screenedHit struct {
	ID    string  `json:"id"`
	Score float64 `json:"score"`
}

// Run screens all queries in their order.
func (c *watchlistScreen) Run(ctx context.Context, a *app) error {
	var failed error
	ix := match.Build(func(yield func(match.Entry) bool) {
		failed = eachLine(c.Corpus, func(p listedPerson) (bool, error) {
			e, err := p.entry()
			return err == nil && yield(e), err
		})
	})
	if failed != nil {
		return usageError{failed}
	}
	out := bufio.NewWriter(a.Out)
	enc := json.NewEncoder(out)
	err := eachLine(c.Queries, func(l labelled) (bool, error) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		q, err := l.query()
		if err != nil {
			return false, err
		}
		q.Least = c.Least
		start := a.Now()
		found := ix.Search(q)
		line := screened{QID: l.QID, Kind: l.Kind, Expect: l.Expect, US: a.Now().Sub(start).Microseconds(), Hits: []screenedHit{}}
		for _, m := range found.Matches {
			line.Hits = append(line.Hits, screenedHit{m.Key, m.Score})
		}
		return true, enc.Encode(line)
	})
	if err != nil {
		return usageError{err}
	}
	return out.Flush()
}

// eachLine reads the JSON lines of a file. f says whether to go on.
func eachLine[T any](path string, f func(T) (bool, error)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	for line, err := range lines[T](file) {
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		on, err := f(line.value)
		if err != nil {
			return fmt.Errorf("%s, line %d: %w", path, line.number, err)
		}
		if !on {
			return nil
		}
	}
	return nil
}

type numbered[T any] struct {
	number int
	value  T
}

// lines are the JSON values of r.
func lines[T any](r io.Reader) iter.Seq2[numbered[T], error] {
	return func(yield func(numbered[T], error) bool) {
		dec := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
		for n := 1; ; n++ {
			line := numbered[T]{number: n}
			err := dec.Decode(&line.value)
			if err == io.EOF { //nolint:errorlint // Decode gives it bare
				return
			}
			if err != nil {
				err = fmt.Errorf("line %d: %w", n, err)
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// entry is a listed person as the index takes him.
func (p *listedPerson) entry() (match.Entry, error) {
	e := match.Entry{Key: p.ID, Subject: alerts.Subject{Kind: alerts.Person, Nationalities: p.Nat, Sexes: optional(p.Gender)}}
	e.Subject.Names = append(e.Subject.Names, partedName(p.Surname, p.Given, alerts.Primary))
	for _, n := range p.Aliases {
		e.Subject.Names = append(e.Subject.Names, alerts.Name{Raw: n, Kind: alerts.Strong})
	}
	for _, n := range p.Weak {
		e.Subject.Names = append(e.Subject.Names, alerts.Name{Raw: n, Kind: alerts.Weak})
	}
	for _, d := range p.DOBs {
		births, err := parseBirths(d)
		if err != nil {
			return e, fmt.Errorf("dobs: %w", err)
		}
		e.Subject.Births = append(e.Subject.Births, births...)
	}
	for _, d := range p.Docs {
		e.Subject.Documents = append(e.Subject.Documents, alerts.Document{Type: "P", Number: d.Num, Issuer: d.Country})
	}
	return e, nil
}

func partedName(surname, given string, kind alerts.NameKind) alerts.Name {
	n := alerts.Name{Raw: strings.TrimSpace(given + " " + surname), Kind: kind}
	for _, part := range []alerts.NamePart{{Text: surname, Role: alerts.Family}, {Text: given, Role: alerts.Given}} {
		if part.Text != "" {
			n.Parts = append(n.Parts, part)
		}
	}
	return n
}

// query is a traveller as the matcher takes him. His name stands in the letters of a machine readable zone; where its parts are known and
// fill the field of a format, it may go on.
func (l *labelled) query() (match.Query, error) {
	births, err := parseBirths(l.DOB)
	if err != nil && len(l.DOB) == 10 { // such as 1978-02-29: a day that the calendar has not says no more than its month
		births, err = parseBirths(l.DOB[:7])
	}
	if err != nil {
		return match.Query{}, fmt.Errorf("dob: %w", err)
	}
	q := match.Query{Births: births, Sex: l.Gender, Nationality: optional(l.Nat)}
	name := alerts.Name{Raw: l.Name, Kind: alerts.MRZName}
	if l.Surname != "" {
		name = partedName(l.Surname, l.Given, alerts.MRZName)
		q.Truncated = fillsField(l.Surname, l.Given)
	}
	q.Names = []alerts.Name{name}
	if l.DocNum != "" {
		q.Documents = []alerts.Document{{Type: "P", Number: l.DocNum, Issuer: l.DocIss}}
	}
	return q, nil
}

// fillsField reports whether a name has the length of the name field of a machine readable zone: TD1 30, TD2 31, TD3 39 characters
// (ICAO Doc 9303-4 to 6).
func fillsField(surname, given string) bool {
	length := len(surname)
	if given != "" {
		length += 2 + len(given)
	}
	return length == 30 || length == 31 || length == 39
}
