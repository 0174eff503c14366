package fingers

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/abis"
)

const (
	// MostCandidates bounds how many candidates of one search people are given as tasks, the most alike; Search.More counts those beyond.
	MostCandidates = 256
	// MostShown bounds how many of them one screen draws, the most alike; the others are counted there.
	MostShown = 10
)

// Identified is what a search one to many gave: as the engine said it, and as it is written down.
type Identified struct {
	Answer     abis.Answer
	Search     Search
	Candidates []Candidacy
}

// Identify asks an engine whose prints these are, as the policy's thresholds say. place is where it is asked, id the search's name, own the
// person's links, which are no candidates. An error means that there is no answer.
func (p Policy) Identify(ctx context.Context, engine abis.Engine, place string, id uuid.UUID, prints []Print, own []uuid.UUID) (Identified, error) {
	probe := make([]abis.Finger, len(prints))
	for n, one := range prints {
		probe[n] = abis.Finger{Position: one.Position, Template: one.Template, Image: one.Image}
	}
	threshold := least(len(prints), p.Candidate, p.CandidateOne)
	answer, err := engine.Identify(ctx, probe, abis.Options{Request: id, Threshold: threshold, Most: MostCandidates, Except: own})
	if err != nil {
		return Identified{}, fmt.Errorf("search: %w", err)
	}
	answer.Candidates = slices.DeleteFunc(answer.Candidates, func(c abis.Candidate) bool {
		return c.Score < p.needed(c, len(prints)) || slices.Contains(own, c.Reference)
	})
	found := Identified{Answer: answer, Search: Search{
		ID: id, Place: place, Purpose: PurposeOfIdentification, Engine: answer.Engine, Version: answer.Version, Threshold: threshold,
		Fingers: len(prints), Compared: answer.Compared, Found: len(answer.Candidates) + answer.More, More: answer.More,
		NoFinger: answer.NoFinger, Missing: answer.Missing, Stale: answer.Stale,
	}}
	for _, c := range answer.Candidates {
		found.Candidates = append(found.Candidates, candidacy(place, own, answer, c))
	}
	return found, nil
}

// needed is the score at which somebody is a candidate: of the fingers that were compared, or of all when the engine does not tell which.
func (p Policy) needed(found abis.Candidate, fingers int) float64 {
	if len(found.Fingers) > 0 {
		fingers = len(found.Fingers)
	}
	return least(fingers, p.Candidate, p.CandidateOne)
}

func candidacy(place string, own []uuid.UUID, answer abis.Answer, found abis.Candidate) Candidacy {
	one := Candidacy{
		Ground: GroundCandidate, Place: place, CandidateLink: found.Reference, Score: found.Score, Engine: answer.Engine, Version: answer.Version,
	}
	if len(own) > 0 {
		one.Link = own[0]
	}
	for _, f := range found.Fingers {
		one.Fingers = append(one.Fingers, FingerScore{Position: f.Position, Score: f.Score})
	}
	return one
}
