package arrival

import (
	"context"
	"strings"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/scan"
)

// Scanner reads zones with package scan. It reads one image at a time: a counter must stay quick while images come in.
type Scanner struct {
	now  func() time.Time
	zone *time.Location
	turn chan struct{}
}

var _ ZoneReader = (*Scanner)(nil)

// NewScanner makes the scanner of a crossing point; zone is where the day of the inspection is taken.
func NewScanner(now func() time.Time, zone *time.Location) *Scanner {
	return &Scanner{now: now, zone: zone, turn: make(chan struct{}, 1)}
}

// ReadBy is what a zone that we read ourselves says of itself.
const ReadBy = "openbmis"

// doubtful is how probable the second best reading of a character must be for it to be told.
const doubtful = 0.05

// ReadZone reads the zone of a page's image, with the confidence of each character.
func (s *Scanner) ReadZone(ctx context.Context, image reader.Image) (string, *reader.Zone, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return "", nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	result, err := scan.ReadFile(image.Data, traveldoc.DateOf(s.now().In(s.zone)), scan.Options{})
	if err != nil {
		return "", nil, err
	}
	if result.Document == nil {
		return "", nil, scan.ErrNoZone
	}
	return strings.Join(result.Lines, "\n"), zoneOf(result), nil
}

func zoneOf(r scan.Result) *reader.Zone {
	z := &reader.Zone{By: ReadBy, Raw: strings.Join(r.Raw, "\n")}
	for l, line := range r.Characters {
		for n, c := range line {
			z.Confidence = append(z.Confidence, min(max(c.Confidence, 0), 1))
			if c.OtherProbable >= doubtful {
				z.Doubts = append(z.Doubts, mrz.RunnerUp{Line: uint8(l + 1), Position: uint8(n + 1), Character: c.Other})
			}
		}
	}
	return z
}
