package upload

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/problem"
)

// Kept is a file as it is kept: Data are the bytes that File.Size and File.Digest (SHA-256) speak of.
type Kept struct {
	evisa.File
	Data []byte
	// Came is what the content was when it came: "JPEG", "PNG" or "PDF".
	Came string
	// Width and Height are an image's, in pixels, as kept; Pages a PDF's.
	Width, Height, Pages int
}

// Taker takes files, few at once: decoding an image may need a hundred megabytes.
type Taker struct {
	id    func() uuid.UUID
	turns chan struct{}
}

// NewTaker makes one. atOnce bounds how many files are looked at at the same time; below one means two.
func NewTaker(id func() uuid.UUID, atOnce int) *Taker {
	if atOnce < 1 {
		atOnce = 2
	}
	return &Taker{id: id, turns: make(chan struct{}, atOnce)}
}

// Take looks at a file of one of evisa.FileKinds and gives what is to be kept of it. What cannot be kept is a problem with words for the
// applicant (problem.upload_*); an error of another kind is the context's.
func (t *Taker) Take(ctx context.Context, kind string, data []byte) (Kept, error) {
	if !slices.Contains(evisa.FileKinds(), kind) {
		return Kept{}, problem.New(problem.Invalid, "upload_kind").At("kind")
	}
	select {
	case t.turns <- struct{}{}:
		defer func() { <-t.turns }()
	case <-ctx.Done():
		return Kept{}, fmt.Errorf("take a file: %w", ctx.Err())
	}
	k, err := take(kind, data)
	if err != nil {
		return Kept{}, err
	}
	digest := sha256.Sum256(k.Data)
	k.ID, k.Kind, k.Size, k.Digest = t.id(), kind, len(k.Data), digest[:]
	return k, nil
}
