package replication

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
)

// DatasetStatus is how a station stands with one dataset.
type DatasetStatus struct {
	Dataset     string    `json:"dataset"`
	Version     int64     `json:"version"`      // 0: never received
	AppliedAt   time.Time `json:"applied_at"`   // when this version was applied; zero: never
	ConfirmedAt time.Time `json:"confirmed_at"` // when the centre last said that this version is the newest; zero: never
}

// Heartbeat is what a station says of itself every few seconds. The reply, not the sending, tells it that it is online.
type Heartbeat struct {
	SentAt       time.Time       `json:"sent_at"` // station's clock
	Software     string          `json:"software"`
	Epoch        uuid.UUID       `json:"epoch"`
	LastSeq      int64           `json:"last_seq"`
	ConfirmedSeq int64           `json:"confirmed_seq"`
	Backlog      int64           `json:"backlog"`            // events not yet confirmed by the centre, unnumbered ones included
	OldestAt     time.Time       `json:"oldest_at,omitzero"` // creation of the oldest of them; zero: none
	ClockOffset  time.Duration   `json:"clock_offset"`       // station's clock minus centre's, as last measured (half the round trip taken off)
	RoundTrip    time.Duration   `json:"round_trip"`         // of the last heartbeat
	Blobs        BlobProgress    `json:"blobs,omitzero"`     // evidence on its way
	Datasets     []DatasetStatus `json:"datasets,omitempty"` // in order of name
	Days         []DaySummary    `json:"days,omitempty"`     // the newest days and every one not yet agreed
	Alerts       []Alert         `json:"alerts,omitempty"`   // what the station found wrong and has not told yet
}

// HeartbeatReply tells the station the centre's time and the newest version of every dataset.
type HeartbeatReply struct {
	At       time.Time        `json:"at"` // centre's clock
	Datasets map[string]int64 `json:"datasets,omitempty"`
	Code     Code             `json:"code,omitempty"`
}

// StatusSink takes the heartbeats at the centre. receivedAt is the centre's clock; silence is the absence of calls.
type StatusSink interface {
	Beat(ctx context.Context, station string, receivedAt time.Time, beat Heartbeat) error
}

func sortDays(days []DaySummary) {
	slices.SortFunc(days, func(a, b DaySummary) int { return a.Day.Compare(b.Day) })
}
