package receipt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc"
)

// Store keeps what was issued. Every method that reads or writes a person's data writes the audit entry in the same transaction.
type Store interface {
	// Crossing is an admitted, refused or referred decision of this station, or ErrNoCrossing.
	Crossing(ctx context.Context, id uuid.UUID, entry audit.Entry) (Crossing, error)
	// Issue gives the crossing's receipt its number, counts the copy and writes the record that write makes of them, in one
	// transaction. Two that issue at once get two copy numbers.
	Issue(ctx context.Context, id uuid.UUID, write func(Crossing) (border.Record, error), entry audit.Entry) error
	// Copy is one printed copy, or ErrNoCopy.
	Copy(ctx context.Context, crossing uuid.UUID, number int, entry audit.Entry) (Receipt, error)
	// Known is what this station knows of a crossing besides what its receipt says; found is false when it knows nothing.
	Known(ctx context.Context, crossing uuid.UUID, entry audit.Entry) (known Known, found bool, err error)
	// Keys are the public keys known at the station: its own, and those the centre told of.
	Keys(ctx context.Context) ([]PublicKey, error)
}

// Known is what a station knows of one of its crossings.
type Known struct {
	Annulled bool
	Cleared  bool // a provisional decision was checked again
	Copies   int
}

// Office issues and verifies the receipts of a station.
type Office struct {
	Store Store
	State string // the issuing State, three letters
	Zone  *time.Location
	Now   func() time.Time
	NewID func() uuid.UUID

	signer atomic.Pointer[Signer]
}

// SignWith has the office sign with the key from now on.
func (o *Office) SignWith(s Signer) { o.signer.Store(&s) }

const (
	object  = "receipt"
	purpose = border.PurposeOfControl
)

// Show is the crossing of which a receipt may be printed; a read of a person's data.
func (o *Office) Show(ctx context.Context, actor audit.Actor, crossing uuid.UUID) (Crossing, error) {
	c, err := o.Store.Crossing(ctx, crossing, o.reading(actor, crossing))
	if err != nil {
		return Crossing{}, err
	}
	return c, c.issuable()
}

// Issue prints one more copy and says which it is.
func (o *Office) Issue(ctx context.Context, actor audit.Actor, crossing uuid.UUID, language string) (Issued, error) {
	if !slices.Contains(Languages(), language) {
		return Issued{}, errLanguage
	}
	var issued Issued
	now := o.Now()
	entry := actor.Entry(now, audit.Disclosure, object, crossing.String())
	entry.Purpose, entry.Decision, entry.ResultCount = purpose, "issue", 1
	err := o.Store.Issue(ctx, crossing, func(c Crossing) (border.Record, error) {
		var err error
		if issued, err = o.copyOf(c, language, now); err != nil {
			return border.Record{}, err
		}
		return o.record(c, issued, actor, now)
	}, entry)
	return issued, err
}

// copyOf seals the crossing for its next copy.
func (o *Office) copyOf(c Crossing, language string, now time.Time) (Issued, error) {
	if err := c.issuable(); err != nil {
		return Issued{}, err
	}
	signer := o.signer.Load()
	if signer == nil {
		return Issued{}, errors.New("receipt: no key to sign with")
	}
	status := c.Status()
	sealed, err := signer.Seal(o.State, ContentOf(c.Event, c.Number, status), traveldoc.DateOf(now.UTC()))
	if err != nil {
		return Issued{}, err
	}
	return Issued{
		Crossing: c.Event.CrossingID, Number: c.Number, Copy: c.Copies + 1, Language: language, Status: status, Seal: sealed,
		Key: signer.PublicKey,
	}, nil
}

func (o *Office) record(c Crossing, issued Issued, actor audit.Actor, now time.Time) (border.Record, error) {
	body, err := json.Marshal(issued)
	if err != nil {
		return border.Record{}, fmt.Errorf("receipt: %w", err)
	}
	return border.Record{
		ID: o.NewID(), Kind: border.ReceiptIssued, File: c.Event.TravellerID, Subject: c.Event.CrossingID, Station: c.Event.Station,
		Lane: actor.Lane, Officer: actor.Name, Zone: o.Zone.String(), EventTime: now, RecordedAt: now, Origin: border.Live,
		Status: border.Confirmed, Body: body,
	}, nil
}

// Copy is one printed copy, to print or to look at; a read of a person's data.
func (o *Office) Copy(ctx context.Context, actor audit.Actor, crossing uuid.UUID, number int) (Receipt, error) {
	return o.Store.Copy(ctx, crossing, number, o.reading(actor, crossing))
}

func (o *Office) reading(actor audit.Actor, crossing uuid.UUID) audit.Entry {
	entry := actor.Entry(o.Now(), audit.Consultation, object, crossing.String())
	entry.Purpose, entry.ResultCount = purpose, 1
	return entry
}

// Verified is what verification found, with what the station knows of the crossing.
type Verified struct {
	Result
	Known *Known // nil when the crossing is not one of this station's
}

// Verify verifies what a QR code says, in any form that Decode takes, with the public keys at hand. No line is asked. Of a genuine
// receipt of this station it also says what became of the crossing since. shown is as in Keys.Verify.
func (o *Office) Verify(ctx context.Context, actor audit.Actor, code []byte, shown string) (Verified, error) {
	sealed, err := Decode(code)
	if err != nil {
		return Verified{Result: Result{Verdict: NotGenuine, Why: WhyUnreadable, Detail: err.Error()}}, nil //nolint:nilerr // an answer, not a failure
	}
	keys, err := o.Store.Keys(ctx)
	if err != nil {
		return Verified{}, err
	}
	v := Verified{Result: KeysOf(keys).Verify(sealed, shown)}
	if v.Verdict != Genuine {
		return v, nil
	}
	known, found, err := o.Store.Known(ctx, v.Content.Crossing, o.reading(actor, v.Content.Crossing))
	if found {
		v.Known = &known
	}
	return v, err
}
