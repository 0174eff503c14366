package listdb

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/problem"
)

// intake copies what a file says into a proposal. Every entry of the file ends as an alert or as a refusal with its line and the reason.
type intake struct {
	p         *Proposal
	file      listfile.File
	suspended map[string]bool
	progress  func(stage string, done, total int64)

	at             int // in file.Alerts
	own            []Note
	refused, notes int
}

// Reasons of what is refused or noted here, beside those of listfile; keys of the text catalogue below "lists.reasons.".
const (
	ReasonDiscreet  = "discreet"  // a discreet alert comes by form, from its agency alone
	ReasonSuspended = "suspended" // suspended here: it stays so
	ReasonTooLarge  = "too_large" // more than one row of the dataset holds
	ReasonInvalid   = "invalid"   // see the field
)

// progressEvery is after how many alerts progress is told.
const progressEvery = 5000

func (in *intake) store(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"list_proposed"}, []string{"proposal", "id", "n", "line", "body", "digest"}, pgx.CopyFromFunc(in.row))
	if err != nil {
		return err
	}
	notes := make([][]any, 0, len(in.file.Refused)+len(in.file.Notes)+len(in.own))
	add := func(n Note) {
		number := &in.notes
		if n.Refused {
			number = &in.refused
		}
		*number++
		notes = append(notes, []any{in.p.ID, int64(*number), n.Refused, n.Line, clean(n.Entry), clean(n.Field), clean(n.Reason), clean(n.Value)})
	}
	for _, r := range in.file.Refused {
		value := r.Raw
		if r.Detail != "" {
			value = r.Detail + " | " + r.Raw
		}
		add(Note{Refused: true, Line: int64(r.Line), Field: r.Where, Reason: r.Code, Value: value})
	}
	for _, n := range in.file.Notes {
		add(Note{Line: int64(n.Line), Entry: n.Key, Field: n.Field, Reason: n.Code, Value: n.Value})
	}
	for _, n := range in.own {
		add(n)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"list_note"}, []string{"proposal", "n", "refused", "line", "entry", "field", "reason", "value"},
		pgx.CopyFromRows(notes))
	return err
}

// row is the next alert as a row; nil at the end.
func (in *intake) row() ([]any, error) {
	for in.at < len(in.file.Alerts) {
		a, line := in.file.Alerts[in.at], int64(in.file.Lines[in.at])
		in.file.Alerts[in.at] = alerts.Alert{} // let go of
		in.at++
		if in.at%progressEvery == 0 {
			in.progress("comparing", int64(in.at), int64(len(in.file.Alerts)))
		}
		if in.suspended[a.ID] && (a.Status == "" || a.Status == alerts.Active) {
			a.Status = alerts.Suspended
			in.own = append(in.own, Note{Line: line, Entry: a.Key(), Field: "status", Reason: ReasonSuspended})
		}
		body, digest, err := in.checked(a)
		if err == nil {
			return []any{in.p.ID, a.ID, int64(in.at), line, body, digest[:]}, nil
		}
		var known *problem.Error
		if !errors.As(err, &known) {
			return nil, err
		}
		in.own = append(in.own, Note{Refused: true, Line: line, Entry: a.ID, Field: known.Field, Reason: reasonOf(known), Value: known.Code})
	}
	return nil, nil
}

func (in *intake) checked(a alerts.Alert) (body string, digest [32]byte, err error) {
	if a.Secrecy == alerts.Discreet {
		return "", digest, invalid("lists.discreet_alone", "secrecy")
	}
	if ownID.MatchString(a.ID) {
		return "", digest, invalid("lists.id", "id")
	}
	if err := CheckAlert(a); err != nil {
		return "", digest, err
	}
	return bodyOf(a)
}

func reasonOf(p *problem.Error) string {
	switch p.Code {
	case "lists.discreet_alone":
		return ReasonDiscreet
	case "lists.too_large":
		return ReasonTooLarge
	}
	return ReasonInvalid
}

// clean is a text that the database can keep.
func clean(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r != 0 {
			out = append(out, r)
		}
	}
	return string(out)
}
