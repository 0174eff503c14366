package listcheck

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/border"
)

// Details are the alerts themselves, read by key when a traveller meets them.
type Details interface {
	// Alerts gives those of the keys (alerts.Alert.Key) that are there.
	Alerts(ctx context.Context, keys []string) (map[string]alerts.Alert, error)
}

// Config is what the checks of the lists need.
type Config struct {
	Lists   Holder
	Details Details
	// Places are what this crossing point is to the geographic scope of an alert: its station's id and its State.
	Places []string
	Ages   Ages
	Log    *slog.Logger
}

const (
	// most bounds what one traveller's finding holds, the most urgent first. What is beyond is counted and said. looked bounds how many are
	// looked at before they are put in order.
	most   = 50
	looked = 1000
	// detailsWithin bounds the wait for the details of matches: a hit without details is shown all the same.
	detailsWithin = 300 * time.Millisecond
)

// Check asks the lists about a traveller and his documents. It implements border.Check.
type Check struct{ config Config }

var _ border.Check = (*Check)(nil)

// New makes the check.
func New(config Config) *Check { return &Check{config} }

// Name is the check's name.
func (*Check) Name() string { return alerts.CheckName }

// Check answers from the lists in memory.
func (c *Check) Check(ctx context.Context, s border.Subject) (border.Finding, error) {
	book := c.config.Lists.Book()
	if book == nil || len(book.Lists) == 0 {
		return border.Unanswered(alerts.CheckName, border.Source{Name: alerts.CheckName}, border.ReasonListMissing), nil
	}
	q := QueryOf(s)
	if len(q.Names) == 0 && len(q.Documents) == 0 {
		return border.Unanswered(alerts.CheckName, c.config.source(book, alerts.CheckName), border.ReasonDataInsufficient), nil
	}
	unread := !anyRead(q.Names)
	q.Least, q.Most = book.least(c.config.Ages), looked
	result := book.Index.Search(q)
	met := c.config.met(ctx, book, s.Today, result.Matches)
	f := c.config.finding(book, alerts.CheckName, s.At)
	f.Evidence = shown(met, result.More)
	if len(f.Evidence) > 0 {
		f.Outcome = border.Hit
	}
	if unread {
		c.config.unless(&f, border.ReasonDataInsufficient)
		f.Evidence = append(f.Evidence, border.Evidence{Code: CodeUnread, Severity: border.Note})
	}
	c.config.conclude(&f, book, s.At)
	return f, nil
}

// shown is the evidence of the most urgent matches, and how many more there are.
func shown(met []met, more int) (all []border.Evidence) {
	if extra := len(met) - most; extra > 0 {
		met, more = met[:most], more+extra
	}
	for _, m := range met {
		all = append(all, m.evidence()...)
	}
	if more > 0 {
		all = append(all, border.Evidence{Code: CodeMore, Found: strconv.Itoa(more), Severity: border.SecondLine})
	}
	return all
}

// source is the whole of the lists.
func (c Config) source(book *Book, name string) border.Source {
	return border.Source{Name: name, Version: strconv.FormatInt(book.Version, 10), AsOf: book.CurrentAt}
}

// finding is the finding of a question that nothing was found for yet.
func (c Config) finding(book *Book, check string, at time.Time) border.Finding {
	f := border.Finding{Check: check, Source: c.source(book, check), Outcome: border.NoHit, Matcher: match.Version, At: at}
	for _, l := range book.Lists {
		f.Sources = append(f.Sources, border.Source{Name: l.ID, Version: strconv.FormatInt(l.Version, 10), AsOf: book.CurrentAt})
	}
	return f
}

// conclude holds a finding against the state of the lists: lists that are too old or not whole still give their hits, but no "no hit".
func (c Config) conclude(f *border.Finding, book *Book, at time.Time) {
	var old, broken []string
	severity := border.Note
	for _, l := range book.Lists {
		state := book.State(l, c.Ages, at)
		if state == Old {
			old = append(old, l.ID)
			if l.policy(c.Ages).WhenRed == alerts.WhenRedSupervisor {
				severity = border.SecondLine
			}
		}
		if !l.Complete() {
			broken = append(broken, l.ID)
		}
	}
	if len(old) > 0 {
		c.unless(f, border.ReasonListTooOld)
		f.Evidence = append(f.Evidence, border.Evidence{Code: border.CodeListTooOld, Found: strings.Join(old, ", "), Severity: severity})
	}
	if len(broken) > 0 {
		c.unless(f, border.ReasonListIncomplete)
		f.Evidence = append(f.Evidence, border.Evidence{Code: CodeIncomplete, Found: strings.Join(broken, ", "), Severity: border.Note})
	}
}

// unless makes a finding without a hit one without an answer; the first reason stays.
func (Config) unless(f *border.Finding, reason string) {
	if f.Outcome == border.NoHit {
		f.Outcome, f.Reason = border.NotChecked, reason
	}
}
