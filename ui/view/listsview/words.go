// Package listsview draws lists of alerts: what is on them, what is proposed and what that would change. It must never offer a decision on
// a proposal whose effect is not on the screen, and it draws what it is handed: who may know of a discreet alert is decided before.
package listsview

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
)

func t(ctx context.Context, key text.Key, args ...any) string { return text.T(ctx, key, args...) }

func page(title text.Key) view.Page { return view.Page{Title: title, Styles: []string{"lists.css"}} }

// word is the text of a code below a prefix of the catalogue; a code without words shows as itself, so that nothing is hidden.
func word[C ~string](ctx context.Context, prefix string, code C) string {
	p := text.FromContext(ctx)
	if key := text.Key(prefix + "." + string(code)); code != "" && p.Has(key) {
		return p.T(key)
	}
	return string(code)
}

func number[N int | int64](ctx context.Context, n N) string {
	return text.FromContext(ctx).Number(int64(n))
}

func dateTime(ctx context.Context, at time.Time) string { return text.FromContext(ctx).DateTime(at) }

// by tells when something was done, and who did it: the program, where nobody was signed in.
func by(ctx context.Context, at time.Time, login string) string {
	if login == "" {
		login = text.T(ctx, text.ListsProgram)
	}
	return text.T(ctx, text.ListsBy, "at", dateTime(ctx, at), "by", login)
}

func ago(ctx context.Context, at time.Time) string {
	return text.FromContext(ctx).Ago(view.FrameOf(ctx).Now.Sub(at))
}

func day(ctx context.Context, d traveldoc.Date) string {
	if d.IsZero() {
		return ""
	}
	return text.FromContext(ctx).Date(d)
}

// validity is from when to when an alert is in force.
func validity(ctx context.Context, a alerts.Alert) string {
	switch {
	case a.ValidFrom.IsZero() && a.ValidUntil.IsZero():
		return ""
	case a.ValidUntil.IsZero():
		return t(ctx, text.ListsValidityOpen, "from", day(ctx, a.ValidFrom))
	}
	return t(ctx, text.ListsValidityRange, "from", day(ctx, a.ValidFrom), "until", day(ctx, a.ValidUntil))
}

// subject names who or what an alert is about, in one line.
func subject(a alerts.Alert) string {
	s := a.Subject
	switch {
	case len(s.Names) > 0:
		return s.Names[0].Raw
	case len(s.Documents) > 0:
		return documentWords(s.Documents[0])
	case len(s.Vehicles) > 0:
		return strings.TrimSpace(s.Vehicles[0].Country + " " + s.Vehicles[0].Plate + " " + s.Vehicles[0].VIN)
	}
	return a.ID
}

func birthWords(b alerts.Birth) string {
	words := b.From.String()
	if b.To != b.From {
		words += " – " + b.To.String()
	}
	if b.Circa {
		words = "± " + words
	}
	return words
}

func born(a alerts.Alert) string {
	list := make([]string, len(a.Subject.Births))
	for i, b := range a.Subject.Births {
		list[i] = birthWords(b)
	}
	return strings.Join(list, ", ")
}

func documentWords(d alerts.Document) string {
	words := strings.TrimSpace(d.Issuer + " " + d.Number)
	if d.Until != "" {
		words += " – " + d.Until
	}
	return words
}

func stateOf(ctx context.Context, a alerts.Alert) alerts.Status {
	return a.State(traveldoc.DateOf(view.FrameOf(ctx).Now.UTC()))
}

func stateTone(s alerts.Status) view.Tone {
	switch s {
	case alerts.Active:
		return view.ToneSuccess
	case alerts.Draft, alerts.Suspended:
		return view.ToneWarning
	case alerts.Withdrawn, alerts.Expired:
	}
	return view.ToneInfo
}

func proposalTone(s listdb.Standing) view.Tone {
	switch s {
	case listdb.Approved:
		return view.ToneSuccess
	case listdb.Rejected, listdb.Failed:
		return view.ToneError
	case listdb.Reading, listdb.Publishing, listdb.Pending:
	}
	return view.ToneWarning
}

func effectTone(e listdb.Effect) view.Tone {
	switch e {
	case listdb.Removed:
		return view.ToneError
	case listdb.Changed:
		return view.ToneWarning
	case listdb.Added:
		return view.ToneSuccess
	case listdb.Unchanged:
	}
	return view.ToneInfo
}

// effects are a proposal's counts in one line.
func effects(ctx context.Context, p listdb.Proposal) string {
	if p.State == listdb.Reading || p.State == listdb.Failed {
		return ""
	}
	var parts []string
	for _, e := range []listdb.Effect{listdb.Added, listdb.Changed, listdb.Removed, listdb.Unchanged} {
		if n := p.Counts.Of(e); n > 0 || p.Act == listdb.ActImport {
			parts = append(parts, t(ctx, text.ListsCount, "n", number(ctx, n), "what", word(ctx, "lists.effects", e)))
		}
	}
	if p.Counts.Refused > 0 {
		parts = append(parts, t(ctx, text.ListsCount, "n", number(ctx, p.Counts.Refused), "what", t(ctx, text.ListsRefused)))
	}
	return strings.Join(parts, ", ")
}

// name is what a proposal is called.
func name(ctx context.Context, p listdb.Proposal) string {
	words := word(ctx, "lists.acts", p.Act) + " · " + p.List
	switch {
	case p.File != "":
		words += " · " + p.File
	case p.Act == listdb.ActUndo:
		words += " · " + t(ctx, text.ListsContentOf, "version", number(ctx, p.ToVersion))
	}
	return words
}

// reason is the words of why an entry was refused or noted.
func reason(ctx context.Context, n listdb.Note) string {
	p := text.FromContext(ctx)
	for _, prefix := range []string{"lists.reasons.", "list_refused.", "list_note.", "problem."} {
		if key := text.Key(prefix + n.Reason); p.Has(key) {
			return p.T(key)
		}
	}
	return n.Reason
}

// what is the value of a note; a code of a problem in its words.
func what(ctx context.Context, n listdb.Note) string {
	if key := text.Key("problem." + n.Value); n.Reason == listdb.ReasonInvalid && text.FromContext(ctx).Has(key) {
		return text.FromContext(ctx).T(key, "max", "", "bytes", "")
	}
	return n.Value
}

// fieldWord is the words of a field by its name in JSON.
func fieldWord(ctx context.Context, field string) string {
	return word(ctx, "lists.fields", strings.TrimPrefix(field, "subject."))
}

// side is what a field says on one side of a comparison.
func side(ctx context.Context, a *alerts.Alert, field string) string {
	if a == nil {
		return ""
	}
	if field == "subject.names" {
		return names(ctx, a.Subject.Names)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return ""
	}
	var all map[string]any
	if json.Unmarshal(raw, &all) != nil {
		return ""
	}
	if inner, is := strings.CutPrefix(field, "subject."); is {
		field = inner
		all, _ = all["subject"].(map[string]any)
	}
	if code, is := all[field].(string); is {
		for of, prefix := range map[string]string{"category": "alert_category", "action": "alert_action", "status": "lists.alert_states"} {
			if field == of {
				return word(ctx, prefix, code)
			}
		}
	}
	return flat(all[field])
}

// names are those of a subject in one line, with their kinds and the roles of their parts.
func names(ctx context.Context, list []alerts.Name) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = n.Raw + " (" + word(ctx, "lists.name_kinds", n.Kind) + ")"
		for _, p := range n.Parts {
			if p.Role == alerts.Family {
				parts[i] += " · " + t(ctx, text.ListsFamily) + " " + p.Text
			}
		}
	}
	return strings.Join(parts, "; ")
}

// flat is a value of JSON in one line.
func flat(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = flat(v[i])
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		parts := make([]string, 0, len(keys))
		for _, k := range keys {
			if words := flat(v[k]); words != "" {
				parts = append(parts, words)
			}
		}
		return strings.Join(parts, " · ")
	}
	return fmt.Sprint(v)
}

func yes(ctx context.Context, is bool) string {
	if is {
		return t(ctx, text.ListsYes)
	}
	return t(ctx, text.ListsNo)
}

// Option is a choice of a select element.
type Option struct{ Value, Label string }

// options are codes with their words below a prefix of the catalogue.
func options[C ~string](ctx context.Context, prefix string, codes []C) []Option {
	list := make([]Option, len(codes))
	for i, c := range codes {
		list[i] = Option{string(c), word(ctx, prefix, c)}
	}
	return list
}
