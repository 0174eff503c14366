package board

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// Config is what an Office needs.
type Config struct {
	Store   Store
	Notices Notices
	Keeper  apipnr.Keeper
	Courier apipnr.Courier // nil: nobody can be told unasked, and notices wait
	Policy  Policy
	Checks  Checks
	// Normal gives identity and documents of a traveller in the form that is compared (three-letter States, capitals).
	Normal func(apipnr.Traveller) (traveldoc.Identity, []traveldoc.Document)
	// Times gives the instants of a flight; zero where the zone of the airport is not known.
	Times func(apipnr.Flight) (departs, arrives time.Time)
	// SpeaksFor says whether who has a carrier's door may ask about another carrier's flights. Nil: a carrier asks about its own.
	SpeaksFor func(door, carrier string) bool
	Now       func() time.Time
	NewID     func() uuid.UUID
	Log       *slog.Logger
}

// Office answers carriers. It is safe for concurrent use, and implements apipnr.Answerer.
type Office struct {
	Config
	working chan struct{} // bounds the travellers whose checks run at once
}

var _ apipnr.Answerer = (*Office)(nil)

// atOnce bounds the travellers whose checks run at the same time: more would only wait for the processor together.
const atOnce = 64

// New makes an Office.
func New(c Config) *Office { return &Office{c, make(chan struct{}, atOnce)} }
