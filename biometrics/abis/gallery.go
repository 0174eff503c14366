package abis

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
)

// GalleryEngine is the name of our own engine in answers.
const GalleryEngine = "openbmis-gallery"

// maxAnswers bounds how many identifications are remembered for being asked twice.
const maxAnswers = 256

// Gallery is our own engine: persons' prints in memory, searched by package fingerprint. It is safe for concurrent use.
type Gallery struct {
	prints *fingerprint.Gallery
	now    func() time.Time

	mu    sync.Mutex
	asked map[uuid.UUID]*asked
	order []uuid.UUID // oldest first
}

// asked is an identification that runs or has run.
type asked struct {
	done   chan struct{}
	answer Answer
	err    error
}

var _ Engine = (*Gallery)(nil)

// NewGallery is an engine over a gallery, which others may fill too. now is the clock that says how long a search took.
func NewGallery(prints *fingerprint.Gallery, now func() time.Time) *Gallery {
	return &Gallery{prints: prints, now: now, asked: map[uuid.UUID]*asked{}}
}

// Prints is the gallery that is searched.
func (g *Gallery) Prints() *fingerprint.Gallery { return g.prints }

// Insert holds a person's prints.
func (g *Gallery) Insert(ctx context.Context, reference uuid.UUID, fingers []Finger) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	prints, err := galleryPrints(fingers)
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	g.prints.Put(reference, prints)
	return nil
}

// galleryPrints are the fingers as the gallery takes them. A finger that has only an image is read first.
func galleryPrints(fingers []Finger) ([]fingerprint.GalleryPrint, error) {
	if err := CheckFingers(fingers); err != nil {
		return nil, err
	}
	prints := make([]fingerprint.GalleryPrint, len(fingers))
	for i, f := range fingers {
		template := f.Template
		if len(template.Minutiae) == 0 && f.Image != nil {
			var err error
			if template, err = fingerprint.Extract(*f.Image); err != nil {
				return nil, fmt.Errorf("finger %d (%s): %w", i+1, f.Position, err)
			}
		}
		prints[i] = fingerprint.GalleryPrint{Position: f.Position, Template: template}
	}
	return prints, nil
}

// MaxFingers bounds the prints of one person in one request.
const MaxFingers = 64

// CheckFingers says what of the prints no engine takes.
func CheckFingers(fingers []Finger) error {
	if len(fingers) == 0 || len(fingers) > MaxFingers {
		return fmt.Errorf("%d prints: expected 1 to %d", len(fingers), MaxFingers)
	}
	for i, f := range fingers {
		if f.Position != biometrics.UnknownFinger && !f.Position.Finger() {
			return fmt.Errorf("finger %d: position %s: expected one of the ten fingers", i+1, f.Position)
		}
	}
	return nil
}

// Identify searches. The same request asked again, also while it runs, gets the same answer; a search that failed or was broken off is
// made again.
func (g *Gallery) Identify(ctx context.Context, probe []Finger, o Options) (Answer, error) {
	if o.Request == uuid.Nil {
		return g.search(ctx, probe, o)
	}
	for {
		of, first := g.ask(o.Request)
		if first {
			of.answer, of.err = g.search(ctx, probe, o)
			if of.err != nil {
				g.forget(o.Request)
			}
			close(of.done)
			return of.answer, of.err
		}
		select {
		case <-of.done:
			if of.err == nil {
				return of.answer, nil
			}
		case <-ctx.Done():
			return Answer{}, ctx.Err()
		}
	}
}

// ask gives the identification of a name, and whether the asker is its first.
func (g *Gallery) ask(request uuid.UUID) (of *asked, first bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if of = g.asked[request]; of != nil {
		return of, false
	}
	of = &asked{done: make(chan struct{})}
	g.asked[request] = of
	g.order = append(g.order, request)
	if len(g.order) > maxAnswers {
		delete(g.asked, g.order[0])
		g.order = g.order[1:]
	}
	return of, true
}

func (g *Gallery) forget(request uuid.UUID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.asked, request)
}

func (g *Gallery) search(ctx context.Context, probe []Finger, o Options) (Answer, error) {
	start := g.now()
	prints, err := galleryPrints(probe)
	if err != nil {
		return Answer{}, fmt.Errorf("identify: %w", err)
	}
	found, err := g.prints.Search(ctx, prints, fingerprint.SearchOptions{Threshold: o.Threshold, Most: o.Most, Except: o.Except})
	if err != nil {
		return Answer{}, fmt.Errorf("identify: %w", err)
	}
	answer := Answer{
		Compared: found.Persons - found.Excepted - found.NoFinger, More: found.Reached - len(found.Candidates), Engine: GalleryEngine, Version: fingerprint.Algorithm,
		NoFinger: found.NoFinger, Took: g.now().Sub(start),
	}
	for _, c := range found.Candidates {
		answer.Candidates = append(answer.Candidates, candidate(c))
	}
	return answer, nil
}

// candidate is a candidate with each finger's best score.
func candidate(c fingerprint.Candidate) Candidate {
	out := Candidate{Reference: c.Reference, Score: c.Score}
	at := map[biometrics.Position]int{}
	for _, f := range c.Fingers {
		i, known := at[f.Position]
		if !known {
			at[f.Position] = len(out.Fingers)
			out.Fingers = append(out.Fingers, FingerScore{f.Position, f.Score})
			continue
		}
		out.Fingers[i].Score = max(out.Fingers[i].Score, f.Score)
	}
	return out
}

// Delete forgets a person.
func (g *Gallery) Delete(ctx context.Context, reference uuid.UUID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.prints.Drop(reference)
	return nil
}

// Count is how many persons are held.
func (g *Gallery) Count(ctx context.Context) (int, error) { return g.prints.Len(), ctx.Err() }

// Ping always answers.
func (g *Gallery) Ping(ctx context.Context) error { return ctx.Err() }
