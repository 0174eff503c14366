package apply

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
)

// Store keeps what the portal keeps. All personal data comes to it sealed. internal/postgres/portaldb fills it.
type Store interface {
	// InTx runs fn in one transaction: all of it is kept, or nothing.
	InTx(ctx context.Context, fn func(Tx) error) error
}

// Tx is one transaction of a Store. What is not there is ErrNone.
type Tx interface {
	drafts
	sessions
	parcels
	news
	brakes
}

type drafts interface {
	InsertDraft(ctx context.Context, d DraftRow) error
	// Draft reads one and keeps it for this transaction alone.
	Draft(ctx context.Context, id uuid.UUID) (DraftRow, error)
	// UpdateDraft keeps a draft's new body, version and times.
	UpdateDraft(ctx context.Context, d DraftRow) error
	// CloseDraft takes a draft's body and key away: it was sent.
	CloseDraft(ctx context.Context, id uuid.UUID, sent Sent) error
	// DeleteDraft takes away all that is kept of a draft, with its files, links and sessions, and the parcels that nobody paid for.
	DeleteDraft(ctx context.Context, id uuid.UUID) error
	DraftsOf(ctx context.Context, emailMark []byte, most int) ([]uuid.UUID, error)
	// Expired are drafts, and applications that nobody paid for, whose time is over.
	Expired(ctx context.Context, now time.Time, most int) ([]uuid.UUID, error)

	InsertFile(ctx context.Context, f FileRow) error
	File(ctx context.Context, draft, id uuid.UUID) (FileRow, error)
	DeleteFile(ctx context.Context, draft, id uuid.UUID) error
}

type sessions interface {
	InsertSession(ctx context.Context, s SessionRow) error
	// Session reads the one of a token's digest that has not ended.
	Session(ctx context.Context, digest []byte, now time.Time) (SessionRow, error)
	ExtendSession(ctx context.Context, digest []byte, until time.Time) error
	DeleteSession(ctx context.Context, digest []byte) error
	// InsertLink keeps a link; those of the draft before it end.
	InsertLink(ctx context.Context, l LinkRow) error
	// UseLink gives a link's draft and ends the link. One that was used or is too old is ErrNone.
	UseLink(ctx context.Context, digest []byte, now time.Time) (uuid.UUID, error)
}

type parcels interface {
	// CentreKey is the newest public key of the centre; ErrNone when it has never been here.
	CentreKey(ctx context.Context) ([]byte, error)
	// InsertPortalKey and InsertBlindKey keep keys; what is there already stays.
	InsertPortalKey(ctx context.Context, id string, point []byte) error
	InsertBlindKey(ctx context.Context, k BlindKeyRow) error
	// BlindKey is the portal's envelope of the key of marks.
	BlindKey(ctx context.Context) (id uuid.UUID, envelope []byte, err error)
	InsertParcel(ctx context.Context, p ParcelRow) error
	// MoveFiles takes files of a draft into a parcel, sealed as they are.
	MoveFiles(ctx context.Context, draft uuid.UUID, files []uuid.UUID, parcel uuid.UUID) error
	InsertParcelFile(ctx context.Context, parcel, file uuid.UUID, sealed []byte) error
	// Owe makes the order of a fee, in the same transaction.
	Owe(ctx context.Context, n pay.New) error
	// InsertStanding makes an application findable by its reference. A reference that exists already is ErrTaken.
	InsertStanding(ctx context.Context, s StandingRow) error
	Note(ctx context.Context, a Act) error
	// Mail puts a letter into the outbox.
	Mail(ctx context.Context, m MailRow) error
}

type news interface {
	// StandingOf finds an application by its reference, with what the centre told of it last.
	StandingOf(ctx context.Context, r evisa.Reference) (StandingRow, error)
	Standing(ctx context.Context, application uuid.UUID) (StandingRow, error)
	// Answered notes that a request was answered, or an application withdrawn or appealed: ErrTaken when it was before.
	Answered(ctx context.Context, application uuid.UUID, what string, at time.Time) error
	Notice(ctx context.Context, application uuid.UUID) (SealedRow, error)
	// HasNotice reports whether there is a grant notice.
	HasNotice(ctx context.Context, application uuid.UUID) (bool, error)
	// Verify tells whether a mark stands for a visa that is valid on the day.
	Verify(ctx context.Context, mark []byte, day time.Time) (bool, error)
	// Rules are the rules of entry that the centre told of, as JSON; ErrNone when it told of none.
	Rules(ctx context.Context) ([]byte, error)
}

type brakes interface {
	// Failures are what is remembered under a mark, for this transaction alone.
	Failures(ctx context.Context, mark []byte) (auth.Failures, error)
	SetFailures(ctx context.Context, mark []byte, f auth.Failures) error
	ForgetFailures(ctx context.Context, mark []byte) error
	// Sweep takes away what has ended: sessions, links, failures that count no more, letters that went before an instant.
	Sweep(ctx context.Context, now, before time.Time) error
	// Generations are those of keys that drafts are still wrapped with.
	Generations(ctx context.Context) ([]string, error)
}

// DraftRow is a draft as it is kept.
type DraftRow struct {
	ID         uuid.UUID
	Version    int
	Language   string
	Generation string // of the key that wraps
	Wrapped    []byte // the draft's data key; nil once it was sent
	Sealed     []byte // its answers; nil once it was sent
	EmailMark  []byte // to find it again by address; nil before there is one
	StartedAt  time.Time
	ExpiresAt  time.Time
	Sent       *Sent
}

// FileRow is a file of a draft, sealed.
type FileRow struct {
	ID     uuid.UUID
	Draft  uuid.UUID
	Sealed []byte
	At     time.Time
}

// SessionRow is a browser that knows a draft, or an application that was sent.
type SessionRow struct {
	Digest      []byte // SHA-256 of the token
	Draft       uuid.UUID
	Application uuid.UUID
	Until       time.Time
}

// LinkRow is a link that was e-mailed.
type LinkRow struct {
	Digest []byte // SHA-256 of the token
	Draft  uuid.UUID
	Until  time.Time
}

// BlindKeyRow is the key of marks, in an envelope for each side.
type BlindKeyRow struct {
	ID        uuid.UUID
	ForPortal []byte
	ForCentre []byte
	CentreKey string // which of the centre's keys opens its envelope
	At        time.Time
}

// ParcelRow is a parcel, sealed for the centre.
type ParcelRow struct {
	ID          uuid.UUID
	Kind        evisa.ParcelKind
	Group       uuid.UUID
	Application uuid.UUID
	At          time.Time
	Key         uuid.UUID // of the data key
	Envelope    []byte    // the data key, for the centre
	CentreKey   string    // which of the centre's keys opens it
	Sealed      []byte
	// Held parcels are not taken before their fee came in.
	Held bool
}

// StandingRow is how an application that was sent is found, and what was told of it.
type StandingRow struct {
	Application uuid.UUID
	Group       uuid.UUID // the draft it came from
	Reference   evisa.Reference
	BirthMark   []byte
	Type        string
	Fee         evisa.Money
	SentAt      time.Time
	Paid        bool
	Owed        evisa.Money // of the group, while it is not paid
	// Told is nil before the centre told anything.
	Told *SealedRow
	// Answers are what was answered since, by what: a request's id, "withdrawal", "appeal".
	Answers map[string]time.Time
	// Unread is what the centre said of something that was sent and cannot be read there; UnreadAt when.
	Unread   Unread
	UnreadAt time.Time
}

// SealedRow is something under a data key whose envelope the portal opens.
type SealedRow struct {
	Key      uuid.UUID
	Envelope []byte
	Sealed   []byte
	At       time.Time
}

// MailRow is a letter, sealed for the portal itself.
type MailRow struct {
	ID uuid.UUID
	SealedRow
}

// Act is something that was done at the portal with somebody's record. The centre takes it into its audit log.
type Act struct {
	ID     uuid.UUID
	At     time.Time
	Verb   audit.Verb
	Kind   string // "visa_draft", "visa_application"
	Object uuid.UUID
	Result string // "" for done, else a code of why not
}
