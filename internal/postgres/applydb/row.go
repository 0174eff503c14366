package applydb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/traveldoc"
)

// summary is what the queue and lists of members show of a person; it is sealed.
type summary struct {
	Name     string         `json:"name"`
	Birth    traveldoc.Date `json:"birth,omitzero"`
	Relation string         `json:"relation,omitempty"`
}

// row is a row of visa_application as a case makes it: the same case gives the same row.
type row struct {
	names  []string
	values []any
}

func (r *row) set(name string, value any) {
	r.names, r.values = append(r.names, name), append(r.values, value)
}

// rowOf is what the columns say of a case.
func (s *Store) rowOf(c *desk.Case) (*row, error) {
	a, r := c.Application, &row{}
	risk, err := json.Marshal(c.Risk)
	if err != nil {
		return nil, err
	}
	special := a.Humanitarian || a.FamilyReunification
	r.set("id", c.ID)
	r.set("version", c.Version)
	r.set("state", string(c.State))
	r.set("reference", string(a.Reference))
	r.set("group_id", a.Group)
	r.set("lead", a.Lead)
	r.set("type", a.Type)
	r.set("purpose", a.Purpose)
	r.set("nationality", a.Identity.Nationality)
	r.set("language", a.Language)
	r.set("rank", rank(special))
	r.set("humanitarian", a.Humanitarian)
	r.set("family", a.FamilyReunification)
	r.set("fee_minor", a.Fee.Minor)
	r.set("fee_currency", a.Fee.Currency)
	r.set("arrival", dayOrNull(a.Journey.Arrival))
	r.set("sent_at", micro(a.SentAt))
	r.set("received_at", orNull(c.ReceivedAt))
	r.set("due_at", dueOf(c))
	r.set("decided_at", orNull(c.DecidedAt))
	r.set("waited", c.Waited)
	r.set("owner_id", c.Owner.ID)
	r.set("owner_name", c.Owner.Name)
	r.set("claimed_at", orNull(c.ClaimedAt))
	r.set("risk_points", c.Risk.Points)
	r.set("risk", risk)
	s.setFlags(r, c)
	return r, nil
}

func (s *Store) setFlags(r *row, c *desk.Case) {
	blank, missing, open := 0, 0, 0
	for _, k := range c.Checks {
		if k.Pending || k.Finding.Outcome == border.NotChecked {
			missing++
			if k.Alert {
				blank++
			}
		}
		for _, h := range k.Hits {
			if h.Judgement == nil {
				open++
			}
		}
	}
	proposed, refusers, grounds := "", []string{}, []string{}
	if c.Proposal != nil {
		proposed = c.Proposal.By.ID
	}
	if c.Appeal != nil {
		for _, o := range c.Appeal.Refusers {
			refusers = append(refusers, o.ID)
		}
	}
	if by := refusal(c); by != nil {
		grounds = append(grounds, by.Grounds...)
	}
	r.set("proposed_by", proposed)
	r.set("refusers", refusers)
	r.set("four_approve", c.FourEyes.Approve)
	r.set("four_refuse", c.FourEyes.Refuse)
	r.set("alerts_blank", blank)
	r.set("not_checked", missing)
	r.set("hits_open", open)
	r.set("alert_hits", c.AlertHits())
	r.set("appeal", c.Appeal != nil)
	r.set("replied", c.State == evisa.Examined && repliedLast(c))
	r.set("set_aside", len(c.SetAside))
	r.set("refund_due", refundDue(c))
	r.set("grounds", grounds)
	r.set("visa", string(c.Visa))
	r.set("reversed", c.Reversed)
	r.set("ask_until", orNull(s.o.Rules.LapsesAt(c)))
	r.set("appeal_until", dayOrNull(c.AppealUntil))
	r.set("erase_at", s.eraseAt(c))
}

// repliedLast reports whether the newest request was answered.
func repliedLast(c *desk.Case) bool {
	n := len(c.Requests)
	return n > 0 && !c.Requests[n-1].Replied.IsZero()
}

func refundDue(c *desk.Case) bool {
	for _, r := range c.Refunds {
		if r.Done.IsZero() {
			return true
		}
	}
	return false
}

// eraseAt is when the data of an application ends: the policy's days after its end, or after the end of the visa that came of it.
func (s *Store) eraseAt(c *desk.Case) *time.Time {
	if c.State.Open() || c.DecidedAt.IsZero() {
		return nil
	}
	end := c.DecidedAt
	if c.State == evisa.Approved && c.Decided.Terms.Until.Last().After(end) {
		end = c.Decided.Terms.Until.Last()
	}
	return orNull(end.AddDate(0, 0, s.o.Rules.Policy.KeepDays()))
}

// dueOf is when an application is to be decided; one that is not paid yet stands where it was sent. Once an interview's time is past, writing
// down what came of it is overdue, whatever the target.
func dueOf(c *desk.Case) time.Time {
	if c.Due.IsZero() {
		return micro(c.Application.SentAt)
	}
	if c.State == evisa.Interview && c.Request != nil && c.Request.When.Before(c.Due) {
		return micro(c.Request.When)
	}
	return micro(c.Due)
}

func rank(special bool) int {
	if special {
		return 0
	}
	return 1
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = micro(t)
	return &t
}

func dayOrNull(d traveldoc.Date) *time.Time {
	if d.Precision() != traveldoc.PrecisionDay {
		return nil
	}
	return orNull(d.First())
}

// insert writes the row of an application that has come, with what it is found by.
func (s *Store) insert(ctx context.Context, tx pgx.Tx, key *vault.DataKey, c *desk.Case) error {
	r, err := s.rowOf(c)
	if err != nil {
		return err
	}
	sealed, err := sealSummary(key, c.Application)
	if err != nil {
		return err
	}
	r.set("sealed", sealed)
	r.set("check_at", s.checkAt(c, time.Time{}))
	if _, err := tx.Exec(ctx, r.insertSQL("visa_application"), r.values...); err != nil {
		return err
	}
	return s.putMarks(ctx, tx, c.Application)
}

func sealSummary(key *vault.DataKey, a *evisa.Application) ([]byte, error) {
	name := a.Identity.Surname
	if a.Identity.GivenNames != "" {
		name += ", " + a.Identity.GivenNames
	}
	return seal(key, place(summaryKind, a.ID), summary{name, a.Identity.BirthDate, a.Relation})
}

// update writes the row anew. again is when checks are asked again; zero: only where the state wants it.
func (s *Store) update(ctx context.Context, tx pgx.Tx, c *desk.Case, again time.Time) error {
	r, err := s.rowOf(c)
	if err != nil {
		return err
	}
	r.set("check_at", s.checkAt(c, again))
	_, err = tx.Exec(ctx, r.updateSQL("visa_application"), r.values...)
	return err
}

// checkAt is when checks are to be asked.
func (s *Store) checkAt(c *desk.Case, again time.Time) *time.Time {
	switch {
	case !c.State.Open() || c.State == evisa.Waiting:
		return nil
	case !again.IsZero():
		return orNull(again)
	case c.State == evisa.Received:
		return orNull(s.clock())
	}
	for _, k := range c.Checks {
		if k.Pending || k.Finding.Outcome == border.NotChecked {
			return orNull(s.clock().Add(checkSoon))
		}
	}
	return nil
}

// checkSoon is how long a check without an answer waits where nothing says when it is asked again.
const checkSoon = time.Minute

func (s *Store) putMarks(ctx context.Context, tx pgx.Tx, a *evisa.Application) error {
	key, err := s.indexKey(ctx)
	if err != nil {
		return err
	}
	for _, t := range termsOf(a) {
		mark, err := newMark(key, t.kind, t.what)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO visa_application_mark (kind, mark, application_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			t.kind, mark, a.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// stateOf is the standing of an application, locked.
func stateOf(ctx context.Context, tx pgx.Tx, id uuid.UUID) (version int, erased bool, err error) {
	err = tx.QueryRow(ctx, `SELECT version, erased_at IS NOT NULL FROM visa_application WHERE id = $1 FOR UPDATE`, id).Scan(&version, &erased)
	return version, erased, err
}

// refusal is the decision that an application is refused by, also while an appeal against it is heard; nil when there is none.
func refusal(c *desk.Case) *desk.Decided {
	switch {
	case c.State == evisa.Refused:
		return c.Decided
	case c.State.Open() && c.Appeal != nil:
		return c.Appeal.Against
	}
	return nil
}
