package listdb

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Conflict is another alert on what seems to be the same person whose action does not go together with that of the first.
type Conflict struct {
	Key      string
	Category alerts.Category
	Action   alerts.Action
	By       string // "document", "name", "matcher"
}

// Finder finds alerts on what may be the same person, by key: the matcher's index. What it gives is held against what the person may know.
type Finder func(ctx context.Context, a alerts.Alert) (keys []string, err error)

// Incompatible says whether two alerts on one person do not go together (Council Decision 2008/334/JHA, annex, point 7.2): a check
// not with an arrest, a refusal, a missing person or a judicial procedure; a discreet check not with a specific one.
func Incompatible(a, b alerts.Alert) bool {
	if check(a) && check(b) {
		return a.Action != b.Action && (a.Action == alerts.ActionSpecificCheck || b.Action == alerts.ActionSpecificCheck)
	}
	return check(a) && stronger(b) || check(b) && stronger(a)
}

func check(a alerts.Alert) bool {
	return slices.Contains([]alerts.Action{alerts.ActionObserve, alerts.ActionInquiryCheck, alerts.ActionSpecificCheck}, a.Action)
}

func stronger(a alerts.Alert) bool {
	return slices.Contains([]alerts.Category{
		alerts.CategoryArrest, alerts.CategoryRefusal, alerts.CategoryMissing, alerts.CategoryJudicial,
	}, a.Category) || a.Action == alerts.ActionDetain || a.Action == alerts.ActionRefuse
}

// maxCandidates bounds what is held against one alert: a name that thousands bear says nothing.
const maxCandidates = 200

// conflicts are those of an alert that the person may know of: an owner is warned of discreet alerts of his own agency only.
func (l *Lists) conflicts(ctx context.Context, tx pgx.Tx, by Person, a alerts.Alert) ([]Conflict, error) {
	if !check(a) && !stronger(a) {
		return nil, nil
	}
	var keys []string
	if l.Finder != nil {
		found, err := l.Finder(ctx, a)
		if err != nil {
			return nil, err
		}
		keys = found
	}
	others, err := candidates(ctx, tx, by, a, keys)
	if err != nil {
		return nil, err
	}
	var list []Conflict
	for _, o := range others {
		how := same(a, o)
		if how == "" && slices.Contains(keys, o.Key()) {
			how = "matcher"
		}
		if how != "" && Incompatible(a, o) {
			list = append(list, Conflict{o.Key(), o.Category, o.Action, how})
		}
	}
	return list, nil
}

// candidates are alerts in force that share a document's number with the alert, or all words of one of its names.
func candidates(ctx context.Context, tx pgx.Tx, by Person, a alerts.Alert, keys []string) ([]alerts.Alert, error) {
	numbers := []string{}
	for _, d := range a.Subject.Documents {
		numbers = append(numbers, traveldoc.FoldNumber(d.Number))
	}
	batch := new(pgx.Batch)
	const from = `select v.body from alert a join alert_version v using (list, id, version)
		where a.status = 'active' and (a.list, a.id) <> ($2, $3) and (a.secrecy = 'open' or a.agency <> '' and a.agency = $4) and `
	batch.Queue(from+`a.terms && $1::text[] limit $5`, numbers, a.List, a.ID, by.Desk(), maxCandidates)
	batch.Queue(from+`a.list || '/' || a.id = any($1::text[]) and (a.list, a.id) in (
		select split_part(k, '/', 1), split_part(k, '/', 2) from unnest($1::text[]) k) limit $5`, append([]string{}, keys...), a.List, a.ID, by.Desk(), maxCandidates)
	for _, n := range a.Subject.Names[:min(len(a.Subject.Names), 20)] {
		if w := words(n.Raw); len(w) > 0 && n.Kind != alerts.Weak {
			batch.Queue(from+`a.terms @> $1::text[] limit $5`, w, a.List, a.ID, by.Desk(), maxCandidates)
		}
	}
	results := tx.SendBatch(ctx, batch)
	var all []alerts.Alert
	for range batch.Len() {
		rows, err := results.Query()
		if err == nil {
			var part []alerts.Alert
			part, err = pgx.CollectRows(rows, scanBody)
			all = append(all, part...)
		}
		if err != nil {
			_ = results.Close()
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b alerts.Alert) int { return cmpText(a.Key(), b.Key()) })
	all = slices.CompactFunc(all, func(a, b alerts.Alert) bool { return a.Key() == b.Key() })
	return all, results.Close()
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func scanBody(row pgx.CollectableRow) (a alerts.Alert, err error) {
	var body string
	if err := row.Scan(&body); err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(body), &a)
}

// same says by what two alerts are on one person: an equal document of the same issuer, or an equal name with a birth that does not
// contradict. Empty: they are not.
func same(a, b alerts.Alert) string {
	for _, x := range a.Subject.Documents {
		for _, y := range b.Subject.Documents {
			if traveldoc.FoldNumber(x.Number) == traveldoc.FoldNumber(y.Number) && (x.Issuer == y.Issuer || x.Issuer == "" || y.Issuer == "") {
				return "document"
			}
		}
	}
	for _, x := range a.Subject.Names {
		for _, y := range b.Subject.Names {
			if traveldoc.NameKey(x.Raw, "") == traveldoc.NameKey(y.Raw, "") && births(a.Subject.Births, b.Subject.Births) {
				return "name"
			}
		}
	}
	return ""
}

func births(a, b []alerts.Birth) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	for _, x := range a {
		for _, y := range b {
			if !x.To.Last().Before(y.From.First()) && !y.To.Last().Before(x.From.First()) {
				return true
			}
		}
	}
	return false
}
