package audit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint states the log of an origin at a size, in the form of https://c2sp.org/tlog-checkpoint.
type Checkpoint struct {
	Origin string
	Size   int64 // number of leaves
	Root   tlog.Hash
}

// maxCheckpoint bounds a signed note: three lines and some signatures.
const maxCheckpoint = 16 << 10

// ErrCheckpoint is wrapped by the errors of ParseCheckpoint and OpenCheckpoint.
var ErrCheckpoint = errors.New("invalid audit checkpoint")

// Text is the body that is signed: origin, size and root hash, a line each.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpoint reads the body of a checkpoint. It accepts exactly what Text writes.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("%w: expected three lines: origin, size, root hash", ErrCheckpoint)
	}
	if err := CheckOrigin(lines[0]); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("%w: size: expected a decimal number", ErrCheckpoint)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil || root.String() != lines[2] {
		return Checkpoint{}, fmt.Errorf("%w: root: expected the base64 of 32 bytes", ErrCheckpoint)
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, nil
}

// Sign returns the checkpoint as a signed note of the key, whose name must be the origin.
func (c Checkpoint) Sign(key Key) ([]byte, error) {
	if key.Origin() != c.Origin {
		return nil, fmt.Errorf("%w: a checkpoint of %q cannot be signed by %q", ErrCheckpoint, c.Origin, key.Origin())
	}
	msg, err := note.Sign(&note.Note{Text: c.Text()}, key.Signer())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return msg, nil
}

// OpenCheckpoint reads a signed note. Every given key must have signed it; signatures of unknown keys are ignored, and
// a false signature of a given key is an error. The first key is the log's own: its name must be the origin.
func OpenCheckpoint(msg []byte, origin note.Verifier, witnesses ...note.Verifier) (Checkpoint, error) {
	if len(msg) > maxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w: expected at most %d bytes, got %d", ErrCheckpoint, maxCheckpoint, len(msg))
	}
	keys := append([]note.Verifier{origin}, witnesses...)
	opened, err := note.Open(msg, note.VerifierList(keys...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	for _, key := range keys {
		if !signedBy(opened, key) {
			return Checkpoint{}, fmt.Errorf("%w: no signature of %s", ErrCheckpoint, key.Name())
		}
	}
	checkpoint, err := ParseCheckpoint(opened.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if checkpoint.Origin != origin.Name() {
		return Checkpoint{}, fmt.Errorf("%w: expected origin %q, got %q", ErrCheckpoint, origin.Name(), checkpoint.Origin)
	}
	return checkpoint, nil
}

func signedBy(n *note.Note, key note.Verifier) bool {
	for _, sig := range n.Sigs {
		if sig.Name == key.Name() && sig.Hash == key.KeyHash() {
			return true
		}
	}
	return false
}

// Policy says when a log signs its next checkpoint.
type Policy struct {
	Every time.Duration // at the latest so long after the last one, if there is anything new
	Rows  int64         // as soon as so many leaves are new
}

// DefaultPolicy signs every 10 seconds or 1,000 leaves, whichever comes first.
func DefaultPolicy() Policy { return Policy{Every: 10 * time.Second, Rows: 1000} }

// Due reports whether a log of the given size signs now. A clock that was set back never delays a checkpoint.
func (p Policy) Due(now time.Time, size int64, last Checkpoint, signedAt time.Time) bool {
	fresh := size - last.Size
	if fresh <= 0 {
		return false
	}
	return fresh >= p.Rows || now.Before(signedAt) || now.Sub(signedAt) >= p.Every
}
