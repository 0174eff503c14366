package listdb

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/match"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// List is a list as the centre keeps it.
type List struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"`
	Owner     string         `json:"owner"` // agency
	Policy    alerts.Policy  `json:"policy"`
	AsOf      traveldoc.Date `json:"as_of,omitzero"`
	Version   int64          `json:"version"`
	Entries   int            `json:"entries"`
	Published time.Time      `json:"published,omitzero"`
}

// Info is the list as stations know it.
func (l List) Info() alerts.ListInfo {
	return alerts.ListInfo{
		ID: l.ID, Title: l.Title, Owner: l.Owner, Version: l.Version, Published: l.Published, AsOf: l.AsOf, Entries: l.Entries, Policy: l.Policy,
	}
}

// Bounds of a list's words, in bytes.
const (
	MaxTitle  = 200
	MaxAgency = 100
)

var listID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`) //nolint:gochecknoglobals // never changes

// CheckList says what is wrong with a list that is proposed.
func CheckList(l List) error {
	invalid := func(code, field string) *problem.Error { return problem.New(problem.Invalid, code).At(field) }
	switch {
	case !listID.MatchString(l.ID) || l.ID == "new":
		return invalid("lists.list_id", "id")
	case !text(l.Title, MaxTitle) || l.Title == "":
		return invalid("lists.title", "title").With("max", MaxTitle)
	case !text(l.Owner, MaxAgency) || l.Owner == "":
		return invalid("lists.owner", "owner").With("max", MaxAgency)
	}
	return checkPolicy(l.Policy)
}

func checkPolicy(p alerts.Policy) error {
	invalid := func(code, field string) error { return problem.New(problem.Invalid, code).At(field) }
	c := p.Complete()
	certain, probable, possible := c.Thresholds[alerts.Certain], c.Thresholds[alerts.Probable], c.Thresholds[alerts.Possible]
	switch {
	case len(c.Thresholds) != 3 || possible < match.Floor || possible > probable || probable > certain || certain > 1:
		return invalid("lists.thresholds", "certain")
	case c.Amber < time.Minute || c.Amber > c.Red:
		return invalid("lists.ages", "amber")
	case c.WhenRed != alerts.WhenRedNotChecked && c.WhenRed != alerts.WhenRedSupervisor:
		return invalid("lists.when_red", "when_red")
	case c.ConfirmWithin < time.Minute || c.EscalateAfter < time.Minute || c.ClearedFor < 0:
		return invalid("lists.times", "confirm_within")
	}
	for _, a := range c.FourEyes {
		if !a.Valid() {
			return invalid("lists.action", "four_eyes")
		}
	}
	return nil
}

// text says whether s can be kept: UTF-8 without zero bytes, no longer than most.
func text(s string, most int) bool {
	return len(s) <= most && strings.ToValidUTF8(s, "") == s && !strings.ContainsRune(s, 0)
}

const listFields = `id, title, owner, policy, as_of, version, entries, published`

func scanList(row pgx.CollectableRow) (l List, err error) {
	var policy []byte
	var asOf string
	var at *time.Time
	if err := row.Scan(&l.ID, &l.Title, &l.Owner, &policy, &asOf, &l.Version, &l.Entries, &at); err != nil {
		return l, err
	}
	if at != nil {
		l.Published = at.UTC()
	}
	if err := l.AsOf.UnmarshalText([]byte(asOf)); asOf != "" && err != nil {
		return l, err
	}
	return l, json.Unmarshal(policy, &l.Policy)
}

// list reads one list.
func list(ctx context.Context, tx pgx.Tx, id string) (List, error) {
	rows, err := tx.Query(ctx, `select `+listFields+` from alert_list where id = $1`, id)
	if err != nil {
		return List{}, err
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanList)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, ErrUnknown
	}
	return l, err
}

// All are the lists that there are, by id. It says nothing of anybody listed.
func (l *Lists) All(ctx context.Context) (all []List, err error) {
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+listFields+` from alert_list order by id`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, scanList)
		return err
	})
	return all, wrapped(err, "read the lists")
}

// List is one list.
func (l *Lists) List(ctx context.Context, id string) (one List, err error) {
	err = l.snapshot(ctx, func(tx pgx.Tx) error {
		one, err = list(ctx, tx, id)
		return err
	})
	return one, wrapped(err, "read a list")
}
