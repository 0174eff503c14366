package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"text/tabwriter"

	"github.com/openbmis/openbmis/border/stay/question"
)

type stayCommand struct {
	File string `arg:"" optional:"" default:"-" help:"File with the question in JSON; - is the standard input."`
	Text bool   `help:"Answer in words and a table instead of JSON."`
}

// Help is shown by bmis stay --help.
func (stayCommand) Help() string {
	return `The question names a rule, a day and the stays:

    {"rule": {"days": 90, "window": 180}, "zone": "Europe/Paris", "on": "2026-05-01",
     "stays": [{"entry": "2026-01-01", "exit": "2026-01-10"},
               {"entry": "2026-02-01T08:30:00+01:00", "exit": null},
               {"entry": "2025-12-01", "exit": "2025-12-05", "exempt": "residence permit"}]}

No rule is 90 days in any 180, no zone is UTC, no day is today. Dates are YYYY-MM-DD; an instant is the calendar date in the zone.
Without exit he is still inside. Entry and exit day both count; a day of two stays counts once; exempt days do not count.

The answer: used (days in the window that ends on the day), max_stay (the longest stay from the day on, the day included),
last_lawful (its last day, or that of the present stay when it is over already), remaining (lawful days after the day when inside,
else max_stay), overstay (days over up to the day), days (each day that counts: the days used on it, and why), and findings (what
contradicts itself, or changes nothing; path names the value). Under a rule that allows every stay max_stay, last_lawful and remaining are null.

Stays that contradict each other or themselves are computed and told, and the exit code is 0. An exit before its entry
(exit_before_entry) is taken as an entry whose exit is not known: the day of entry counts alone when he had entered again by the day,
otherwise he is inside; uncertain tells the figures with every day that may have been spent here.

The exit code is 2 when the question cannot be read; the message then names the place, such as stays[3].exit.`
}

// Run answers one question.
func (c stayCommand) Run(a *app) error {
	text, err := c.read(a)
	if err != nil {
		return fmt.Errorf("read the question: %w", err)
	}
	q, err := question.Parse(text, a.Now())
	if err != nil {
		return usageError{fmt.Errorf("stay: %w", err)}
	}
	out := bufio.NewWriter(a.Out)
	answer := q.Answer()
	if c.Text {
		err = stayText(out, q, answer)
	} else {
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		err = lines.Encode(answer)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

// read takes one byte more than a question may have, so that a longer one is told and not cut.
func (c stayCommand) read(a *app) ([]byte, error) {
	in := a.In
	if c.File != "-" {
		file, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // only read from
		in = file
	}
	return io.ReadAll(io.LimitReader(in, question.MaxBytes+1))
}

func stayText(out io.Writer, q question.Question, a question.Answer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	number := func(n *int) string {
		if n == nil {
			return "without limit"
		}
		return strconv.Itoa(*n)
	}
	last := "none"
	switch {
	case a.LastLawful != nil:
		last = a.LastLawful.String()
	case a.MaxStay == nil:
		last = "without limit"
	}
	_, err := fmt.Fprintf(table, "On\t%s, rule %s\nDays used\t%d\nLongest stay\t%s\nLast lawful day\t%s\nDays left\t%s\nDays over\t%d\n\n",
		q.On, q.Rule, a.Used, number(a.MaxStay), last, number(a.Remaining), a.Overstay)
	for _, f := range a.Findings {
		_, e := fmt.Fprintf(table, "Finding\t%s\n", f.Message)
		err = errors.Join(err, e)
	}
	for _, d := range a.Days {
		_, e := fmt.Fprintf(table, "%s\t%d\t%s\n", d.Date, d.Used, d.Why)
		err = errors.Join(err, e)
	}
	for _, apart := range a.Apart() {
		_, e := fmt.Fprintf(table, "%s to %s\tnot counted\t%s\n", apart.From, apart.To, apart.Why)
		err = errors.Join(err, e)
	}
	return errors.Join(err, table.Flush())
}
