package central

import (
	"time"

	"github.com/openbmis/openbmis/replication"
)

// OnlineWithin is how recent the last heartbeat of a station is that counts as on line.
const OnlineWithin = 15 * time.Second

// Station is what is known of one station now.
type Station struct {
	Name     string
	HeardAt  time.Time             // last heartbeat; zero when there never was one
	Beat     replication.Heartbeat // what it said
	Received int64                 // events committed here, over all epochs, but for confidential ones
	LastAt   time.Time             // when the last of them was committed; zero: never
	Parked   int64                 // dead letters that wait
	Odd      int64                 // crossings with an implausible time
	// EvidenceMissing is how many exhibits its events name that are not here yet.
	EvidenceMissing int64
	Alerts          []StationAlert // open ones
	// Checked is when completeness was last compared, with Comparison as its result; zero when it never was.
	Checked    time.Time
	Comparison replication.Comparison
	Datasets   []DatasetAge
}

// DatasetAge compares what a station holds of a dataset with the newest version.
type DatasetAge struct {
	Dataset     string
	Held        int64
	Newest      int64
	ConfirmedAt time.Time // when it last knew that it was current; zero: never
}

// StationAlert is something an operator must see.
type StationAlert struct {
	Code    string
	Detail  string
	FirstAt time.Time
	LastAt  time.Time
	Times   int64
}

// Online reports whether the station was heard within OnlineWithin of now.
func (s Station) Online(now time.Time) bool {
	return !s.HeardAt.IsZero() && now.Sub(s.HeardAt) <= OnlineWithin
}

// Complete says that the last comparison found nothing missing. An unchecked station is not complete.
func (s Station) Complete() bool { return !s.Checked.IsZero() && s.Comparison.Complete() }

// Missing is the number of events that the last comparison found missing.
func (s Station) Missing() (n int64) {
	for _, r := range s.Comparison.Missing {
		n += r.Last - r.First + 1
	}
	return n
}
