package identify

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/abis"
)

// Whole is the engine as it is to be asked: its answers say how many persons the gallery should hold and does not, and whether it follows
// changes no more. Who takes such an answer for "nobody" has not looked.
func (g *Gallery) Whole() abis.Engine { return whole{g.cfg.Engine, g} }

type whole struct {
	abis.Engine
	gallery *Gallery
}

// refusing is an engine that tells itself how many persons it does not take.
type refusing interface {
	Refused(ctx context.Context) (int, error)
}

func (w whole) Identify(ctx context.Context, probe []abis.Finger, o abis.Options) (abis.Answer, error) {
	answer, err := w.Engine.Identify(ctx, probe, o)
	if err != nil {
		return answer, err
	}
	p := w.gallery.Progress()
	answer.Missing, answer.Stale = p.Missing, p.Stale
	if r, tells := w.Engine.(refusing); tells {
		n, err := r.Refused(ctx)
		if err != nil {
			return abis.Answer{}, fmt.Errorf("persons whom the engine refuses: %w", err)
		}
		answer.Missing += n
	}
	return answer, nil
}

// refuse remembers whom the engine does not take, or takes again.
func (g *Gallery) refuse(link uuid.UUID, refused bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if refused {
		g.refused[link] = struct{}{}
	} else {
		delete(g.refused, link)
	}
}

// followed says that the gallery holds what there was at a time.
func (g *Gallery) followed(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = at
}
