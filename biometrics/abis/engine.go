// Package abis is the identification of persons by their prints, one to many: one interface that our own gallery answers and that an outside
// system (an ABIS) answers behind the message shapes of MOSIP. It exists so that a national system larger than one node takes the
// place of the gallery without anybody noticing.
//
// It must never decide about a person: it gives candidates with scores, and people decide. It knows persons by random references alone.
package abis

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// Finger is one print of a person. Outside systems need the image; our own engine needs the template.
type Finger struct {
	Position biometrics.Position
	Template fingerprint.Template
	// Image is nil where only a template was kept.
	Image *biometrics.Image
}

// Options of an identification.
type Options struct {
	// Request names the identification; the same one asked twice is answered once.
	Request uuid.UUID
	// Threshold is the lowest fused score of a candidate (see package fingerprint), and Most how many candidates are wanted; 0: all.
	Threshold float64
	Most      int
	// Except are references that are not candidates: the person's own.
	Except []uuid.UUID
}

// Candidate is a person whose prints are like those asked for.
type Candidate struct {
	Reference uuid.UUID
	Score     float64 // fused over the fingers, on the scale of package fingerprint
	Fingers   []FingerScore
}

// FingerScore is what one finger contributed; an outside system may not tell.
type FingerScore struct {
	Position biometrics.Position
	Score    float64
}

// Answer is what an engine found, best first. No candidates is an answer too.
type Answer struct {
	Candidates []Candidate
	// More is how many more persons than those of Candidates reached the threshold, beyond Options.Most. Of an outside system that does not
	// tell how many it is what is known: at least so many.
	More     int
	Compared int // persons looked at; -1 when the engine does not tell
	// NoFinger is how many persons were not compared because they have no finger in common with those asked for.
	NoFinger int
	// Missing is how many persons should be held and are not, or not with all their fingers; Stale, that changes are not followed now. Who
	// keeps the engine up with them says so: without candidates such an answer is none.
	Missing int
	Stale   bool
	// Unknown is how many more candidates an outside system named by references that nobody here knows. They are left out, not forgotten.
	Unknown int
	Engine  string
	Version string
	Took    time.Duration
}

// Engine identifies. It is safe for concurrent use. Insert of a reference that is there replaces it; Delete of one that is not is no
// error. An error means that the question has no answer: never "no candidates".
type Engine interface {
	Insert(ctx context.Context, reference uuid.UUID, fingers []Finger) error
	Identify(ctx context.Context, probe []Finger, o Options) (Answer, error)
	Delete(ctx context.Context, reference uuid.UUID) error
	Count(ctx context.Context) (int, error)
	Ping(ctx context.Context) error
}
