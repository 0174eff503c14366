package audit

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrAway says that a log cannot be read at present. It says nothing about the log, and is no reason for an alarm.
var ErrAway = errors.New("the audit log cannot be read at present")

// Batch is what a log sends to its witness: leaves in order, the newest checkpoint, and the proof that the tree up to
// the last leaf sent is the beginning of the checkpoint's tree. A batch without leaves is a sign of life.
type Batch struct {
	First      int64       `json:"first"`           // number of the first leaf
	Leaves     [][]byte    `json:"leaves"`          // canonical bytes, see Leaf.Encode
	Checkpoint []byte      `json:"checkpoint"`      // signed note
	Proof      []tlog.Hash `json:"proof,omitempty"` // empty when the batch reaches the checkpoint's size
}

// Receipt is the witness's answer.
type Receipt struct {
	Size     int64      `json:"size"`               // leaves that the witness holds; the next batch begins here
	Cosigned []byte     `json:"cosigned,omitempty"` // the checkpoint co-signed, once all its leaves are held
	Refused  Misconduct `json:"refused,omitempty"`
}

// End is the number after the last leaf of the batch.
func (b Batch) End() int64 { return b.First + int64(len(b.Leaves)) }

// CheckCovered verifies that the checkpoint covers the tree that the witness would hold with the batch's leaves: it is
// the checkpoint's own tree, or proven to be its beginning.
func (b Batch) CheckCovered(held *Tree, checkpoint Checkpoint) error {
	switch {
	case held.Size() > checkpoint.Size:
		return fmt.Errorf("%w: leaves up to %d are not covered by a checkpoint of size %d", ErrNotContinued, held.Size(),
			checkpoint.Size)
	case held.Size() == checkpoint.Size && held.Root() == checkpoint.Root, held.Size() == 0:
		return nil
	case held.Size() == checkpoint.Size:
		return fmt.Errorf("%w: over the %d leaves held the root is %s", ErrNotContinued, held.Size(), held.Root())
	}
	return tlog.CheckTree(b.Proof, checkpoint.Size, checkpoint.Root, held.Size(), held.Root())
}
