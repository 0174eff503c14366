package fingers

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/abis"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
)

// ErrWhichFingers says that no finger, or more than ten, were chosen for a search.
var ErrWhichFingers = problem.New(problem.Invalid, "adjudication.fingers").At("finger")

// FinderConfig is what a Finder is made of; all but Bearers are needed.
type FinderConfig struct {
	Readers Readers
	Engine  abis.Engine
	// Loading reports whether the gallery does not hold everybody yet: then nothing is searched.
	Loading func() bool
	Policy  Policy
	Station string
	Files   file.ByFingerprint
	// Bearers knows who was found with another person's document; nil: nobody was.
	Bearers Bearers
	Now     func() time.Time
	NewID   func() uuid.UUID
}

// Finder finds files by a finger that lies on the reader now. What was taken is kept nowhere. It is safe for concurrent use.
type Finder struct{ cfg FinderConfig }

// NewFinder makes the finder.
func NewFinder(cfg FinderConfig) *Finder { return &Finder{cfg} }

// FoundFiles is what a search by fingerprint gave.
type FoundFiles struct {
	// NotSearched is why there is no answer: a code of package capture, "no_print", "gallery", or why nobody found means nothing
	// (Search.Partial); empty when it was searched.
	NotSearched string
	Simulated   bool // the reader has no person before it
	Taken       []biometrics.Position
	Search      Search
	Candidates  []FoundPerson // best first, at most MostShown; Search.Found is how many there were
}

// FoundPerson is a candidate with his papers; none where no file is known here. Bearer says that he has none because he was found with another
// person's document.
type FoundPerson struct {
	Score   float64
	Fingers []FingerScore
	Papers  []file.Known
	Bearer  *Bearer
}

// findTimeout is how long the reader has.
const findTimeout = 30 * time.Second

// Codes of attempts without an answer, beside those of package capture.
const (
	NotSearchedGallery = "gallery"   // it does not hold everybody yet, or did not answer
	NotSearchedNoPrint = "no_print"  // no print was found in what was taken
	NotSearchedStopped = "cancelled" // whoever asked went away before there was an answer
)

// Find takes fingers from the reader and searches the station's gallery for a coded purpose (file.Purposes). The search is audited before its
// answer is given, also when nobody is found, and so is an attempt that had no answer, with the reason. A reader or a gallery without an
// answer is no error: it says that nothing was searched.
func (f *Finder) Find(ctx context.Context, actor audit.Actor, purpose string, fingers []biometrics.Position) (found FoundFiles, err error) {
	if err := file.CheckPurpose(purpose); err != nil {
		return found, err
	}
	if len(fingers) == 0 || len(fingers) > len(biometrics.Fingers()) {
		return found, ErrWhichFingers
	}
	id := f.cfg.NewID()
	found.Search = Search{ID: id, Place: f.cfg.Station, Purpose: purpose}
	identified, err := f.identify(ctx, actor.Lane, id, &found, fingers)
	if err != nil || found.NotSearched != "" {
		if err != nil && ctx.Err() != nil {
			found.NotSearched = NotSearchedStopped
		}
		return found, errors.Join(err, f.attempted(ctx, actor, &found))
	}
	found.Search = identified.Search
	found.Search.Purpose = purpose
	if found.Search.Found == 0 {
		found.NotSearched = found.Search.Partial()
	}
	return found, f.name(ctx, actor, identified.Candidates[:min(len(identified.Candidates), MostShown)], &found)
}

// identify takes the fingers and asks whose they are; found says why there is no answer.
func (f *Finder) identify(ctx context.Context, lane string, id uuid.UUID, found *FoundFiles, fingers []biometrics.Position) (of Identified, err error) {
	if f.cfg.Loading() {
		found.NotSearched = NotSearchedGallery
		return of, nil
	}
	prints, err := f.take(ctx, lane, found, fingers)
	if err != nil || found.NotSearched != "" {
		return of, err
	}
	of, err = f.cfg.Policy.Identify(ctx, f.cfg.Engine, f.cfg.Station, id, prints, nil)
	if err != nil {
		if ctx.Err() != nil {
			return of, err
		}
		found.NotSearched = NotSearchedGallery
	}
	return of, nil
}

// take are the prints that lay on the reader; found says which, or why there are none.
func (f *Finder) take(ctx context.Context, lane string, found *FoundFiles, fingers []biometrics.Position) ([]Print, error) {
	taken, err := f.cfg.Readers.At(lane).Capture(ctx, capture.Request{Transaction: f.cfg.NewID().String(), Fingers: fingers, Timeout: findTimeout})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	found.Simulated = taken.Info.Simulated
	if err != nil {
		found.NotSearched = capture.Code(err)
		return nil, nil
	}
	var prints []Print
	for _, one := range taken.Prints {
		if one.Problem != nil {
			found.NotSearched = capture.Code(one.Problem)
			continue
		}
		template, err := fingerprint.Extract(one.Image)
		if err != nil {
			found.NotSearched = NotSearchedNoPrint
			continue
		}
		image := one.Image
		prints = append(prints, Print{ID: f.cfg.NewID(), Position: one.Position, Template: template, Image: &image})
		found.Taken = append(found.Taken, one.Position)
	}
	switch {
	case len(prints) > 0:
		found.NotSearched = "" // the fingers that are there are enough to search by
	case found.NotSearched == "":
		found.NotSearched = capture.Code(capture.ErrNoFinger)
	}
	return prints, nil
}

// name finds the files of the candidates, and writes who searched and what for.
func (f *Finder) name(ctx context.Context, actor audit.Actor, candidates []Candidacy, found *FoundFiles) error {
	links := make([]uuid.UUID, len(candidates))
	for n, c := range candidates {
		links[n] = c.CandidateLink
	}
	papers, err := f.cfg.Files.OfLinks(ctx, links, f.entry(actor, found))
	if err != nil {
		return err
	}
	bearers := map[uuid.UUID]*Bearer{}
	if f.cfg.Bearers != nil && len(links) > 0 {
		list, err := f.cfg.Bearers.Bearers(ctx, links)
		if err != nil {
			return err
		}
		for _, b := range list {
			bearers[b.Link] = &b
		}
	}
	for _, c := range candidates {
		found.Candidates = append(found.Candidates, FoundPerson{
			Score: c.Score, Fingers: c.Fingers, Papers: papers[c.CandidateLink], Bearer: bearers[c.CandidateLink],
		})
	}
	return nil
}

// entry says who asked, what for, and what came of it: how many were found, or why there is no answer.
func (f *Finder) entry(actor audit.Actor, found *FoundFiles) audit.Entry {
	entry := actor.Entry(f.cfg.Now(), audit.Consultation, "fingerprint_search", found.Search.ID.String())
	entry.Purpose, entry.ResultCount, entry.Decision = found.Search.Purpose, found.Search.Found, found.NotSearched
	return entry
}

// attempted writes that somebody asked and had no answer: an attempt is told of as a search is, also when whoever asked has gone.
func (f *Finder) attempted(ctx context.Context, actor audit.Actor, found *FoundFiles) error {
	_, err := f.cfg.Files.OfLinks(context.WithoutCancel(ctx), nil, f.entry(actor, found))
	return err
}
