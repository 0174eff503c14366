package fingers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
)

// Apart is somebody's word that two references are different persons, as long as it stands.
type Apart struct {
	Link uuid.UUID // the other one
	Task uuid.UUID
	By   string // log-in name
	At   time.Time
}

// Aparts knows which references people found to be different persons.
type Aparts interface {
	// Apart are those of others that somebody found to be other persons than a person whose references are own.
	Apart(ctx context.Context, own, others []uuid.UUID) ([]Apart, error)
}

// candidates are what a search found, as evidence: whom nobody has looked at yet makes it a hit; whom people found to be somebody else is a
// note. What is not drawn is counted.
func (c Check) candidates(ctx context.Context, f border.Finding, found Identified, presented []Print, known Person) border.Finding {
	var notes []border.Evidence
	apart, bearers := c.apart(ctx, found, presented, known), c.bearers(ctx, found)
	f.Outcome = border.NoHit
	shown, more := 0, found.Search.More
	for _, one := range found.Answer.Candidates {
		said, is := apart[one.Reference]
		switch {
		case is:
			notes = append(notes, border.Evidence{
				Code: CodeApart, Found: said.By, Expected: said.At.UTC().Format(time.RFC3339), Relation: said.Task.String(),
				Severity: border.Note, Ref: said.Link.String(),
			})
		case shown == MostShown:
			more++
		default:
			shown++
			f.Evidence = append(f.Evidence, c.candidate(one, len(presented))...)
			if b, is := bearers[one.Reference]; is {
				f.Evidence = append(f.Evidence, bearer(b))
			}
		}
	}
	f.Evidence = append(f.Evidence, c.counted(more, found.Search.More)...)
	if shown > 0 || more > 0 {
		f.Outcome = border.Hit
	}
	if len(found.Answer.Candidates) == 0 && more == 0 {
		notes = append(notes, border.Evidence{Code: CodeNew, Found: fmt.Sprint(max(found.Answer.Compared, 0)), Severity: border.Note})
	}
	f.Evidence = append(f.Evidence, notes...)
	return f
}

// counted says how many more candidates there are than are drawn, and how many of them nobody is given.
func (c Check) counted(more, beyond int) []border.Evidence {
	var list []border.Evidence
	if more > 0 {
		list = append(list, border.Evidence{Code: CodeMore, Found: fmt.Sprint(more), Severity: c.cfg.Policy.severity(CodeCandidate)})
	}
	if beyond > 0 {
		list = append(list, border.Evidence{Code: CodeBeyond, Found: fmt.Sprint(beyond), Severity: c.cfg.Policy.severity(CodeCandidate)})
	}
	return list
}

// apart are the candidates whom people found to be others, by their links. When that cannot be read, nobody is: they stay a hit.
func (c Check) apart(ctx context.Context, found Identified, presented []Print, known Person) map[uuid.UUID]Apart {
	own := links(presented)
	if known.Link != uuid.Nil && !slices.Contains(own, known.Link) {
		own = append(own, known.Link)
	}
	if c.cfg.Apart == nil || len(own) == 0 || len(found.Answer.Candidates) == 0 {
		return nil
	}
	others := make([]uuid.UUID, len(found.Answer.Candidates))
	for n, one := range found.Answer.Candidates {
		others[n] = one.Reference
	}
	said, err := c.cfg.Apart.Apart(ctx, own, others)
	if err != nil {
		return nil
	}
	apart := make(map[uuid.UUID]Apart, len(said))
	for _, one := range said {
		apart[one.Link] = one
	}
	return apart
}
