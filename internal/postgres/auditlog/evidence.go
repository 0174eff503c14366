package auditlog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/openbmis/openbmis/internal/audit"
)

// keyring holds the public keys of a verification: the log's own and those of witnesses.
type keyring struct {
	origin    note.Verifier // nil when nothing is signed
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
			ring.origin = key
		} else {
			ring.witnesses = append(ring.witnesses, key)
		}
	}
	if ring.origin == nil {
		return ring, fmt.Errorf("no public key was given for the log's origin %q", string(name[:min(len(name), 100)]))
	}
	return ring, nil
}

func (k keyring) name() string {
	if k.origin == nil {
		return ""
	}
	return k.origin.Name()
}

// evidence is a checkpoint whose signatures are verified.
type evidence struct {
	audit.Checkpoint
	cosigned bool   // a witness whose key is known has signed it
	external bool   // it was kept outside this database
	from     string // where it comes from, for people
}

// open verifies a checkpoint: the origin's signature must be there, and none of a known witness may be false.
func (k keyring) open(msg []byte) (evidence, error) {
	if k.origin == nil {
		return evidence{}, errors.New("no public key of the log's origin")
	}
	checkpoint, err := audit.OpenCheckpoint(msg, k.origin)
	if err != nil {
		return evidence{}, err
	}
	found := evidence{Checkpoint: checkpoint}
	for _, witness := range k.witnesses {
		if !bytes.Contains(msg, []byte("\n— "+witness.Name()+" ")) {
			continue
		}
		if _, err := audit.OpenCheckpoint(msg, k.origin, witness); err != nil {
			return evidence{}, err
		}
		found.cosigned = true
	}
	return found, nil
}

// knows reports whether the witness's key was given.
func (k keyring) knows(witness string) bool {
	return slices.ContainsFunc(k.witnesses, func(key note.Verifier) bool { return key.Name() == witness })
}
