package counter

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/border/group"
	"github.com/openbmis/openbmis/border/pass"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// Parts are what other parts of a station lend to the counter; each may be missing.
type Parts struct {
	Groups *group.Groups
	Passes Passes
	Days   Days
	// Outcomes tell what became of travellers whom the lane referred.
	Outcomes Outcomes
	// Arrivals are what document readers send, and images that officers hand in.
	Arrivals Arrivals
	// Receipts says that the route /receipts/:crossing is there.
	Receipts bool
	// Fingers says that the routes below /counter/inspections/:id/fingers are there.
	Fingers bool
}

// Passes are the border passes that the crossing point knows.
type Passes interface {
	// Find is the pass of a number; pass.ErrNone when there is none. The read is audited either way.
	Find(ctx context.Context, number string, entry audit.Entry) (pass.Pass, error)
}

// Arrivals are readings on their way to a lane; arrival.Service is one.
type Arrivals interface {
	Hand(ctx context.Context, seat arrival.Seat, r *reader.Reading) (arrival.Arrival, error)
	Waiting(ctx context.Context, lane string) ([]arrival.Arrival, error)
	Show(ctx context.Context, actor audit.Actor, id uuid.UUID) (arrival.Arrival, error)
	Take(ctx context.Context, seat arrival.Seat, id uuid.UUID) (arrival.Arrival, error)
	Taken(ctx context.Context, actor audit.Actor, a arrival.Arrival, inspection uuid.UUID) (arrival.Arrival, error)
	PutAside(ctx context.Context, actor audit.Actor, id uuid.UUID, reason string) error
}

// Days explain a stay.
type Days interface {
	Explain(ctx context.Context, subject border.Subject) (stay.Explanation, stay.Answer, error)
}

// Outcomes are what the second line tells the first.
type Outcomes interface {
	Outcomes(ctx context.Context, lane string, since time.Time, entry *audit.Entry) ([]secondline.Result, error)
}

// With gives the counter what other parts lend it; before Register.
func (h *Handlers) With(parts Parts) *Handlers {
	h.parts = parts
	return h
}

// complete fills in who stands at the counter, and what the parts have to say.
func (h *Handlers) complete(c *web.Context, s *counterview.Screen, waiting []*border.Inspection) error {
	family, err := h.family(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	s.Group = family
	h.album.keep(s.Lane.Name, waiting)
	current := h.choose(s, waiting)
	if current != nil {
		s.Current = counterview.CardOf(current)
		h.album.tell(s.Lane.Name, s.Current)
	}
	for _, i := range waiting {
		if i != current && !h.of(family, i) {
			s.Waiting = append(s.Waiting, counterview.WaitingOf(i))
		}
	}
	for _, r := range s.Recent {
		if h.parts.Receipts && r.Verdict == border.Admit && !r.Annulled {
			s.Receipt = "/receipts/" + r.CrossingID.String()
			break
		}
	}
	s.Outcomes, err = h.outcomes(c, s.Lane.Name)
	return err
}

// choose is who stands at the counter: of a family first whoever needs a decision of his own, then the last who was scanned clean, for
// whom and all others of it one key is enough; then whoever has waited longest.
func (h *Handlers) choose(s *counterview.Screen, waiting []*border.Inspection) *border.Inspection {
	var clean, first *border.Inspection
	for _, i := range waiting {
		if !h.of(s.Group, i) {
			if first == nil {
				first = i
			}
			continue
		}
		outcome, pending := group.Sum(i)
		if outcome != border.NoHit || pending {
			return i
		}
		clean = i
	}
	if clean != nil {
		s.Batch = true
		return clean
	}
	return first
}

func (h *Handlers) of(g *counterview.Group, i *border.Inspection) bool {
	return g != nil && i.Scan.Group == g.ID
}

// heard is what came back from the second line, and when it was asked.
type heard struct {
	at       time.Time
	outcomes []counterview.Outcome
}

const (
	outcomesFor   = 30 * time.Minute // that an outcome is shown
	outcomesAgain = 3 * time.Second  // after which it is asked anew
	outcomesShown = 4
)

func (h *Handlers) outcomes(c *web.Context, lane string) ([]counterview.Outcome, error) {
	if h.parts.Outcomes == nil {
		return nil, nil
	}
	now := c.Now()
	h.mu.Lock()
	last := h.heard[lane]
	h.mu.Unlock()
	if age := now.Sub(last.at); age >= 0 && age < outcomesAgain {
		return last.outcomes, nil
	}
	entry := c.Actor().Entry(now, audit.Consultation, "outcomes", lane)
	entry.Purpose = border.PurposeOfControl
	results, err := h.parts.Outcomes.Outcomes(c.Ctx(), lane, now.Add(-outcomesFor), &entry)
	if err != nil {
		return nil, err
	}
	last = heard{at: now}
	for _, r := range results[:min(len(results), outcomesShown)] {
		last.outcomes = append(last.outcomes, counterview.Outcome{
			Name: strings.Trim(r.Surname+", "+r.GivenNames, ", "), Outcome: string(r.Outcome.ForFirstLine()), At: r.At,
		})
	}
	h.mu.Lock()
	h.heard[lane] = last
	h.mu.Unlock()
	return last.outcomes, nil
}
