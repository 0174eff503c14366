package audit

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Misconduct is what a witness may find wrong with a log.
type Misconduct string

// The kinds of misconduct.
const (
	Fork         Misconduct = "fork"          // two different logs under one origin
	Shrink       Misconduct = "shrink"        // a log that was longer before
	BadSignature Misconduct = "bad_signature" // not signed by the origin's key
	BadLeaf      Misconduct = "bad_leaf"      // leaves that are no leaves, or not those the checkpoint covers
	Silence      Misconduct = "silence"       // nothing heard for too long
)

// Refusal is the error with which a witness refuses a log. It is cause for an alarm.
type Refusal struct {
	Kind   Misconduct
	Origin string
	Leaf   int64 // the first leaf known to be wrong; -1 when only the tree is known to be
	Detail string
}

// Error names the origin, the leaf and what was expected.
func (r *Refusal) Error() string {
	if r.Leaf >= 0 {
		return fmt.Sprintf("audit log %s: %s at leaf %d: %s", r.Origin, r.Kind, r.Leaf, r.Detail)
	}
	return fmt.Sprintf("audit log %s: %s: %s", r.Origin, r.Kind, r.Detail)
}

// Evidence shows that the log of next begins with the log of last; it is asked only if next is longer.
type Evidence func(last, next Checkpoint) error

// ErrNotContinued is returned by Evidence that refutes.
var ErrNotContinued = errors.New("the newer tree does not begin with the older one")

// ByProof is evidence by an RFC 6962 consistency proof, for a witness that holds no leaves.
func ByProof(proof tlog.TreeProof) Evidence {
	return func(last, next Checkpoint) error {
		if last.Size == 0 {
			return nil // every log continues the empty one
		}
		if err := tlog.CheckTree(proof, next.Size, next.Root, last.Size, last.Root); err != nil {
			return fmt.Errorf("%w: %w", ErrNotContinued, err)
		}
		return nil
	}
}

// ByTree is evidence by the witness's own copy of the leaves, as a tree of exactly next.Size whose first last.Size
// leaves were the witness's already.
func ByTree(tree *Tree) Evidence {
	return func(_, next Checkpoint) error {
		if tree.Size() != next.Size || tree.Root() != next.Root {
			return fmt.Errorf("%w: over the %d leaves held the root is %s", ErrNotContinued, tree.Size(), tree.Root())
		}
		return nil
	}
}

// Witness co-signs checkpoints of logs that only ever grew. It keeps no memory of its own: the caller hands in the last
// checkpoint that this witness accepted, and must not lose it.
type Witness struct {
	key Key
}

// NewWitness returns the witness that signs with the key.
func NewWitness(key Key) *Witness { return &Witness{key: key} }

// Verifier checks this witness's signatures.
func (w *Witness) Verifier() note.Verifier { return w.key.Verifier() }

// Check verifies that msg is a checkpoint of the origin's key and continues last (zero if none was accepted yet), and
// returns it with the note that carries the witness's signature besides the origin's. A *Refusal says what is wrong.
func (w *Witness) Check(origin note.Verifier, last Checkpoint, msg []byte, evidence Evidence) (Checkpoint, []byte, error) {
	next, err := OpenCheckpoint(msg, origin)
	if err != nil {
		return Checkpoint{}, nil, &Refusal{Kind: BadSignature, Origin: origin.Name(), Leaf: -1, Detail: err.Error()}
	}
	if refusal := continues(last, next, evidence); refusal != nil {
		return next, nil, refusal
	}
	cosigned, err := w.cosign(origin, msg)
	if err != nil {
		return next, nil, fmt.Errorf("co-sign checkpoint of %s: %w", origin.Name(), err)
	}
	return next, cosigned, nil
}

func continues(last, next Checkpoint, evidence Evidence) error {
	refuse := func(kind Misconduct, leaf int64, format string, args ...any) error {
		return &Refusal{Kind: kind, Origin: next.Origin, Leaf: leaf, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case next.Size < last.Size:
		return refuse(Shrink, next.Size, "expected at least %d leaves, got %d", last.Size, next.Size)
	case next.Size == last.Size && last.Size > 0 && next.Root != last.Root:
		return refuse(Fork, -1, "two roots at size %d: %s accepted before, now %s", next.Size, last.Root, next.Root)
	case next.Size == last.Size:
		return nil
	}
	if err := evidence(last, next); err != nil {
		return refuse(Fork, -1, "from size %d to %d: %v", last.Size, next.Size, err)
	}
	return nil
}

func (w *Witness) cosign(origin note.Verifier, msg []byte) ([]byte, error) {
	opened, err := note.Open(msg, note.VerifierList(origin))
	if err != nil {
		return nil, err
	}
	opened.UnverifiedSigs = nil // a witness passes on no signature that it has not checked
	return note.Sign(opened, w.key.Signer())
}

// Silent returns, sorted, the origins that were last heard more than limit ago. A log without new entries sends its
// last checkpoint again, so that quiet and silent can be told apart.
func Silent(lastHeard map[string]time.Time, now time.Time, limit time.Duration) []string {
	var silent []string
	for origin, at := range lastHeard {
		if now.Sub(at) > limit {
			silent = append(silent, origin)
		}
	}
	slices.Sort(silent)
	return silent
}
