package listdb

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// Act is what a proposal wants.
type Act string

// The acts.
const (
	ActImport   Act = "import"   // of what a file holds
	ActAlert    Act = "alert"    // of single alerts: added, changed, suspended, withdrawn
	ActUndo     Act = "undo"     // the content of an earlier version
	ActSettings Act = "settings" // of a list: its title, owner, policy; or a new list
)

// Standing is how a proposal stands.
type Standing string

// The states.
const (
	Reading    Standing = "reading"    // the file is being read
	Failed     Standing = "failed"     // the file could not be read
	Pending    Standing = "pending"    // waits for a second person
	Publishing Standing = "publishing" // approved; being published
	Approved   Standing = "approved"
	Rejected   Standing = "rejected"
)

// Effect is what a proposal does to one alert.
type Effect string

// The effects.
const (
	Added     Effect = "added"
	Changed   Effect = "changed"
	Removed   Effect = "removed"
	Unchanged Effect = "unchanged"
)

// Effects are those that change something, in the order shown.
func Effects() []Effect { return []Effect{Removed, Changed, Added} }

// Counts are how many alerts of a proposal have each effect, and how many entries of the file were refused or taken with a note.
type Counts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Removed   int `json:"removed"`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused"`
	Notes     int `json:"notes"`
}

// Of is the count of an effect.
func (c Counts) Of(e Effect) int {
	return map[Effect]int{Added: c.Added, Changed: c.Changed, Removed: c.Removed, Unchanged: c.Unchanged}[e]
}

// Changes is how many alerts are changed.
func (c Counts) Changes() int { return c.Added + c.Changed + c.Removed }

// Who is who proposed or decided, by account.
type Who struct {
	ID    string `json:"-"`
	Login string `json:"login"`
}

// Proposal is what one person wants published, and what became of it.
type Proposal struct {
	ID         uuid.UUID
	List       string
	Act        Act
	Agency     string // of a discreet alert; empty: open
	Settings   *List  // of ActSettings
	File       string
	SHA256     string // of the file, hexadecimal
	Size       int64  // of the file, in bytes
	Format     string
	Action     alerts.Action  // that the file's entries ask for, where it does not say
	AsOf       traveldoc.Date // the file's own date
	Whole      bool           // what the file does not hold goes
	ToVersion  int64          // of ActUndo
	Remark     string
	Proposed   Who
	ProposedAt time.Time
	State      Standing
	Fault      string // code of the problem for which reading failed
	Base       int64  // that Counts were counted on: version of the list; of a single alert its own
	Counts     Counts
	Decided    Who
	DecidedAt  time.Time
	Why        string // of a rejection
	// ListVersion is the list's version that an approval made, First and Last those of the dataset; zero of a discreet alert.
	ListVersion, First, Last int64
}

const proposalFields = `id, list, act, agency, settings, file, digest, size, format, action, as_of, whole, to_version, remark, proposed_by,
	proposed_login, proposed_at, state, fault, base, counts, decided_by, decided_login, decided_at, why, list_version, first_version, last_version`

func scanProposal(row pgx.CollectableRow) (p Proposal, err error) {
	var settings, digest, counts []byte
	var asOf string
	var by, login *string
	var at *time.Time
	var listVersion, first, last *int64
	err = row.Scan(&p.ID, &p.List, &p.Act, &p.Agency, &settings, &p.File, &digest, &p.Size, &p.Format, &p.Action, &asOf, &p.Whole, &p.ToVersion, &p.Remark,
		&p.Proposed.ID, &p.Proposed.Login, &p.ProposedAt, &p.State, &p.Fault, &p.Base, &counts, &by, &login, &at, &p.Why, &listVersion, &first, &last)
	if err != nil {
		return p, err
	}
	p.SHA256, p.ProposedAt, p.Decided = hex.EncodeToString(digest), p.ProposedAt.UTC(), Who{value(by), value(login)}
	p.ListVersion, p.First, p.Last = value(listVersion), value(first), value(last)
	if at != nil {
		p.DecidedAt = at.UTC()
	}
	if settings != nil {
		p.Settings = new(List)
		if err := json.Unmarshal(settings, p.Settings); err != nil {
			return p, err
		}
	}
	if asOf != "" {
		if err := p.AsOf.UnmarshalText([]byte(asOf)); err != nil {
			return p, err
		}
	}
	return p, json.Unmarshal(counts, &p.Counts)
}

// proposal reads one that the person may know of. What he may not is not there for him.
func proposal(ctx context.Context, tx pgx.Tx, by Person, id uuid.UUID) (Proposal, error) {
	rows, err := tx.Query(ctx, `select `+proposalFields+` from list_proposal where id = $1 and (agency = '' or agency = $2)`, id, by.Desk())
	if err != nil {
		return Proposal{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanProposal)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, ErrUnknown
	}
	return p, err
}

func (l *Lists) newProposal(by Person, act Act, list, remark string) Proposal {
	return Proposal{
		ID: l.NewID(), List: list, Act: act, Remark: remark, Proposed: Who{by.ID, by.Name}, ProposedAt: l.now(), State: Pending,
	}
}

func insertProposal(ctx context.Context, tx pgx.Tx, p *Proposal) error {
	var settings []byte
	if p.Settings != nil {
		var err error
		if settings, err = json.Marshal(p.Settings); err != nil {
			return err
		}
	}
	digest, err := hex.DecodeString(p.SHA256)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into list_proposal (id, list, act, agency, settings, file, digest, size, format, action, as_of, whole, to_version,
		remark, proposed_by, proposed_login, proposed_at, state)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		p.ID, p.List, p.Act, p.Agency, settings, p.File, digest, p.Size, p.Format, p.Action, p.AsOf.String(), p.Whole, p.ToVersion, p.Remark,
		p.Proposed.ID, p.Proposed.Login, p.ProposedAt, p.State)
	return err
}
