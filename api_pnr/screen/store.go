package screen

import (
	"context"
	"time"

	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/board"
	"github.com/openbmis/openbmis/border"
)

// Result is what the checks made of an expected person.
type Result struct {
	Person    apipnr.Expected
	Flight    apipnr.ExpectedFlight
	Passenger board.Passenger
	// Findings are what the checks answered, with all that they tell of the person: for Hits. What is kept is the ruling's.
	Findings []border.Finding
	Ruling   board.Ruling
	Words    board.Words
	// Began is when the checks were asked, At when they had answered.
	Began, At time.Time
	// Recheck is when they are made again; zero when nothing is lacking.
	Recheck time.Time
	Tries   int // how often something was lacking, in a row
}

// Again is an expected person whose checks are to be made again.
type Again struct {
	Person uuid.UUID
	Tries  int
}

// Aside is an expected person whom something kept from being screened: nothing is known of him.
type Aside struct {
	Person  uuid.UUID
	Flight  uuid.UUID // zero where it is not known: then something is held of him already
	Version int       // as far as it is known
	Ruling  board.Ruling
	At      time.Time
	Recheck time.Time
	Tries   int
}

// Store keeps what was found. Whatever it is told to keep is in the database when it returns.
type Store interface {
	// Opinions are those of analysts and of rules about persons, the newest of each source.
	Opinions(ctx context.Context, persons []uuid.UUID) (map[uuid.UUID][]board.Opinion, error)
	// Keep keeps results in one transaction, with the notices to carriers who were told otherwise and the notes for the stations.
	Keep(ctx context.Context, results []Result) error
	// LayAside keeps that a person was not checked and when it is tried again, with a note for the stations when that is news. A hit of
	// before stays one.
	LayAside(ctx context.Context, a Aside) error
	// Due are persons whose checks are to be made again now, and when the next is; zero when none waits.
	Due(ctx context.Context, limit int) (due []Again, next time.Time, err error)
	// Drop forgets persons who are there no more or do not come: nothing is made again, and no other flight is held against them.
	Drop(ctx context.Context, persons []uuid.UUID) error
	// Again gets a value whenever there may be somebody whose checks are to be made again.
	Again() <-chan struct{}
}

// Hits opens the hit workflow for expected persons: against all alerts, also those that no check answers of, and on what services outside
// found. Raising is idempotent.
type Hits interface {
	Expect(ctx context.Context, results []Result) error
}
