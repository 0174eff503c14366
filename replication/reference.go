package replication

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Op is what a change does to one row of a dataset.
type Op string

// The two operations of a change.
const (
	OpPut    Op = "put"
	OpDelete Op = "delete"
)

// Bounds of reference data.
const (
	MaxKeyBytes    = 256
	MaxRowBytes    = 64 << 10
	MaxDatasetName = 48
)

// Row is one entry of a dataset: its key and its content as JSON, whose exact bytes count.
type Row struct {
	Key  string          `json:"k"`
	Data json.RawMessage `json:"d"`
}

// Change is one step of a dataset's history. A version may hold several changes (one transaction of the writer); versions
// have no gap. SignedBy names who decided it.
type Change struct {
	Version  int64           `json:"v"`
	Op       Op              `json:"o"`
	Key      string          `json:"k"`
	Data     json.RawMessage `json:"d,omitempty"` // nil for OpDelete
	SignedBy string          `json:"s,omitempty"`
}

// DatasetVersion names a state of a dataset: its version (0: empty, never written) and the Digest of its content.
type DatasetVersion struct {
	Version int64  `json:"version"`
	Digest  []byte `json:"digest"` // ContentDigest.Sum
	// Seal is the centre's signature on all that; empty at the centre itself.
	Seal Seal `json:"seal,omitzero"`
}

// ErrTooOld says that a source no longer holds the changes after the version asked for: a snapshot is needed.
var ErrTooOld = errors.New("changes no longer kept")

// DatasetSource is the centre's side of reference data. There is one writer per dataset.
type DatasetSource interface {
	// Versions is the newest version of every dataset, by name.
	Versions(ctx context.Context) (map[string]DatasetVersion, error)
	// Changes gives whole versions after the given one, in order, until limit changes are reached (the last version is
	// completed beyond it); reached is the last version contained, with its digest. Nothing newer: no changes, reached = newest.
	// ErrTooOld when the changes right after "after" are gone.
	Changes(ctx context.Context, dataset string, after int64, limit int) (changes []Change, reached DatasetVersion, err error)
	// Rows gives the present content in bytewise order of key, beginning after a key, at most limit rows; now is the newest
	// version at that moment, read in the same transaction.
	Rows(ctx context.Context, dataset, afterKey string, limit int) (rows []Row, now DatasetVersion, err error)
}

// ReferenceStore is the station's side: it keeps content, version and digest of each dataset in one transaction.
type ReferenceStore interface {
	// Status is how the station stands with every dataset it takes, in order of name.
	Status(ctx context.Context) ([]DatasetStatus, error)
	// ApplyChanges applies changes that lead from version "from" to "to" and verifies to.Digest over the content that results.
	// ErrDigest, with nothing changed, when it differs; ErrVersion when the store is not at "from".
	ApplyChanges(ctx context.Context, dataset string, from int64, to DatasetVersion, changes []Change) error
	// Replace replaces the content by what the stream yields (rows, then the changes since the snapshot began), in one
	// transaction, and verifies the digest of the version the stream ends at. ErrSeal, with nothing changed, when that is an older
	// version, or the same, whose seal is not younger than that of what the station has: old content shown again.
	Replace(ctx context.Context, dataset string, stream SnapshotStream) error
	// Verify counts the digest anew from all rows; ErrDigest when it is not that of the version.
	Verify(ctx context.Context, dataset string) error
	// Confirm remembers that the centre says that this version is the newest, as of its seal: an answer shown again confirms nothing.
	Confirm(ctx context.Context, dataset string, now DatasetVersion) error
	// Held is the version of a dataset that the station has, with the seal that came with it.
	Held(ctx context.Context, dataset string) (DatasetVersion, error)
}

// SnapshotStream hands a ReferenceStore a snapshot in pieces. Rows are read while the centre goes on writing; Changes then
// bring them to one exact version (every change is a whole row, so applying it once more does no harm).
type SnapshotStream interface {
	// NextRows gives the next rows; none means that all were given.
	NextRows(ctx context.Context) ([]Row, error)
	// NextChanges, after the rows, gives the changes since the snapshot began; none means that to is reached.
	NextChanges(ctx context.Context) (changes []Change, to DatasetVersion, err error)
}

// Errors of a ReferenceStore.
var (
	ErrDigest  = errors.New("dataset's content does not have the digest of its version")
	ErrVersion = errors.New("dataset is at another version")
)

// CheckDataset says whether name may name a dataset: like a station's name, "_" allowed, 1 to 48 characters.
func CheckDataset(name string) error {
	if name == "" || len(name) > MaxDatasetName {
		return fmt.Errorf("dataset name %q: 1 to %d characters expected", name, MaxDatasetName)
	}
	for i, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return fmt.Errorf("dataset name %q: a-z, 0-9, \"-\" and \"_\" expected, character %d is %q", name, i+1, c)
		}
	}
	return nil
}

// Check says which bound a change breaks, if any.
func (c *Change) Check() error {
	switch {
	case c.Op != OpPut && c.Op != OpDelete:
		return fmt.Errorf("change of version %d: operation %q, put or delete expected", c.Version, c.Op)
	case c.Key == "" || len(c.Key) > MaxKeyBytes:
		return fmt.Errorf("change of version %d: key has %d bytes, 1 to %d expected", c.Version, len(c.Key), MaxKeyBytes)
	case c.Op == OpPut && (len(c.Data) == 0 || len(c.Data) > MaxRowBytes || !json.Valid(c.Data)):
		return fmt.Errorf("change of version %d: row of %d bytes, JSON of 1 to %d expected", c.Version, len(c.Data), MaxRowBytes)
	}
	return nil
}
