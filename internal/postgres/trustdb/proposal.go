package trustdb

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// Act is what a proposal wants.
type Act string

// The acts.
const (
	ActImport     Act = "import"     // of what a file holds
	ActWithdrawal Act = "withdrawal" // of items that are published
)

// Standing is how a proposal stands.
type Standing string

// The states.
const (
	Pending  Standing = "pending"
	Approved Standing = "approved"
	Rejected Standing = "rejected"
)

// Vouching is an anchor that the proposer named.
type Vouching struct {
	Subject string `json:"subject"`
	SHA256  string `json:"sha256"`
}

// Person is who proposed or decided, by account.
type Person struct {
	ID    string `json:"-"`
	Login string `json:"login"`
}

// Proposal is what one person wants published, and what became of it.
type Proposal struct {
	ID         uuid.UUID      `json:"id"`
	Act        Act            `json:"act"`
	File       string         `json:"file,omitempty"`
	SHA256     string         `json:"sha256,omitempty"` // of the file
	Size       int64          `json:"size,omitempty"`   // of the file, in bytes
	Origin     trust.Origin   `json:"origin,omitempty"`
	Report     trust.Report   `json:"report"`
	Anchors    []Vouching     `json:"anchors,omitempty"`
	Failed     bool           `json:"failed,omitempty"` // something of it fails its own signature check, which the proposer acknowledged
	Remark     string         `json:"remark,omitempty"`
	Proposed   Person         `json:"proposed"`
	ProposedAt time.Time      `json:"proposed_at"`
	State      Standing       `json:"state"`
	Effect     map[Effect]int `json:"effect"` // items, as last counted; as approved in the end
	Decided    Person         `json:"decided,omitzero"`
	DecidedAt  time.Time      `json:"decided_at,omitzero"`
	Why        string         `json:"why,omitempty"` // of a rejection
	// First and Last are the versions that an approval made; several when the changes are too many for one.
	First int64 `json:"first_version,omitempty"`
	Last  int64 `json:"last_version,omitempty"`
}

// Changes is how many items are changed by it.
func (p Proposal) Changes() (n int) {
	for effect, count := range p.Effect {
		if effect.changes() {
			n += count
		}
	}
	return n
}

const proposalFields = `id, act, file, encode(digest, 'hex'), size, origin, report, anchors, failed, remark, proposed_by, proposed_login, proposed_at,
	state, effect, decided_by, decided_login, decided_at, why, first_version, last_version`

func scanProposal(row pgx.CollectableRow) (p Proposal, err error) {
	var report, anchors, effect []byte
	var by, login, why *string
	var at *time.Time
	var first, last *int64
	err = row.Scan(&p.ID, &p.Act, &p.File, &p.SHA256, &p.Size, &p.Origin, &report, &anchors, &p.Failed, &p.Remark, &p.Proposed.ID,
		&p.Proposed.Login, &p.ProposedAt, &p.State, &effect, &by, &login, &at, &why, &first, &last)
	if err != nil {
		return p, err
	}
	p.Decided, p.DecidedAt, p.Why = Person{value(by), value(login)}, value(at).UTC(), value(why)
	p.First, p.Last, p.ProposedAt = value(first), value(last), p.ProposedAt.UTC()
	if at == nil {
		p.DecidedAt = time.Time{}
	}
	return p, errors.Join(json.Unmarshal(report, &p.Report), json.Unmarshal(anchors, &p.Anchors), json.Unmarshal(effect, &p.Effect))
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// proposal reads one; lock holds it against other decisions.
func proposal(ctx context.Context, tx pgx.Tx, id uuid.UUID) (Proposal, error) {
	rows, err := tx.Query(ctx, `select `+proposalFields+` from trust_proposal where id = $1`, id)
	if err != nil {
		return Proposal{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanProposal)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrUnknown
	}
	return p, err
}

// Proposals lists what was proposed, newest first, from after a proposal (the zero time and id for the newest).
func (c *Centre) Proposals(ctx context.Context, before time.Time, id uuid.UUID, limit int) (list []Proposal, err error) {
	err = c.read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+proposalFields+` from trust_proposal
			where $1 or (proposed_at, id) < ($2, $3) order by proposed_at desc, id desc limit $4`, before.IsZero(), before, id, limit)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanProposal)
		return err
	})
	return list, wrapped(err, "proposals of trust material")
}

// maxRefusedKept bounds what is kept of a report; how many more there were is the last line.
const maxRefusedKept = 2000

func keptReport(r trust.Report) trust.Report {
	if n := len(r.Refused) - maxRefusedKept; n > 0 {
		more := pki.Refused{Index: -1, Reason: "and " + itoa(n) + " more"}
		r.Refused = append(append([]pki.Refused(nil), r.Refused[:maxRefusedKept]...), more)
	}
	return r
}

// maxPending is how many proposals wait on the first page; more than these are in the history.
const maxPending = 200

// Pending lists what waits for a second person, newest first.
func (c *Centre) Pending(ctx context.Context) (list []Proposal, err error) {
	err = c.read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+proposalFields+` from trust_proposal where state = 'pending'
			order by proposed_at desc, id desc limit $1`, maxPending)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, scanProposal)
		return err
	})
	return list, wrapped(err, "pending proposals of trust material")
}
