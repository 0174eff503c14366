package auditlog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
)

// keyring holds the public keys of a verification: the log's own (the present one and those before it, all of one name) and
// those of witnesses.
type keyring struct {
	own       []note.Verifier // none when nothing is signed
	witnesses []note.Verifier
}

// newKeyring finds the log's own key: the one named by the first line of its checkpoints, which must all agree.
func newKeyring(keys []note.Verifier, notes [][]byte) (keyring, error) {
	var ring keyring
	if len(notes) == 0 {
		ring.witnesses = keys
		return ring, nil
	}
	name, _, _ := bytes.Cut(notes[0], []byte("\n"))
	for _, key := range keys {
		if key.Name() == string(name) {
			ring.own = append(ring.own, key)
		} else {
			ring.witnesses = append(ring.witnesses, key)
		}
	}
	if len(ring.own) == 0 {
		return ring, fmt.Errorf("no public key was given for the log's origin %q", string(name[:min(len(name), 100)]))
	}
	return ring, nil
}

func (k keyring) name() string {
	if len(k.own) == 0 {
		return ""
	}
	return k.own[0].Name()
}

// evidence is a checkpoint whose signatures are verified.
type evidence struct {
	audit.Checkpoint
	cosigned bool   // a witness whose key is known has signed it
	external bool   // it was kept outside this database
	from     string // where it comes from, for people
}

// open verifies a checkpoint: one of the log's own keys must have signed it, and no signature of a known key may be false.
func (k keyring) open(msg []byte) (evidence, error) {
	if len(k.own) == 0 {
		return evidence{}, errors.New("no public key of the log's origin")
	}
	checkpoint, err := k.openOwn(msg)
	if err != nil {
		return evidence{}, err
	}
	opened, err := note.Open(msg, note.VerifierList(k.witnesses...))
	var unknown *note.UnverifiedNoteError
	if err != nil && !errors.As(err, &unknown) {
		return evidence{}, err
	}
	return evidence{Checkpoint: checkpoint, cosigned: err == nil && len(opened.Sigs) > 0}, nil
}

// openOwn tries the log's keys; the error is that of the first.
func (k keyring) openOwn(msg []byte) (audit.Checkpoint, error) {
	var first error
	for _, key := range k.own {
		checkpoint, err := audit.OpenCheckpoint(msg, key)
		if err == nil {
			return checkpoint, nil
		}
		if first == nil {
			first = err
		}
	}
	return audit.Checkpoint{}, first
}

// knows reports whether the witness's key was given.
func (k keyring) knows(witness string) bool {
	return slices.ContainsFunc(k.witnesses, func(key note.Verifier) bool { return key.Name() == witness })
}
