package adjudication

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/adjudicationview"
	"github.com/openbmis/openbmis/ui/web"
)

// errNoImage says that there is no such picture of the task.
var errNoImage = problem.New(problem.NotFound, "adjudication.no_evidence")

// reading is the audit entry of a read of prints for a task.
func reading(c *web.Context, task uuid.UUID, what string) audit.Entry {
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "fingerprint_task", task.String())
	entry.Purpose, entry.Decision = fingers.PurposeOfAdjudication, what
	return entry
}

// elsewhere reports whether the candidate's prints are another station's.
func (h *handlers) elsewhere(c fingers.Candidacy) bool {
	return c.CandidateStation != "" && c.CandidateStation != h.Station
}

// prints are the prints of both sides, compared. What the centre has to be asked for is asked for only when ask says so.
func (h *handlers) prints(c *web.Context, d fingers.Dossier, ask bool) (p adjudicationview.Prints, err error) {
	left, err := h.presented(c, d)
	if err != nil {
		return p, err
	}
	right, reach, err := h.others(c, d, ask)
	if err != nil {
		return p, err
	}
	p.Reach = reach
	if reach != adjudicationview.Here && reach != adjudicationview.CentreHas {
		return p, nil
	}
	p.Gone = len(left) == 0 || len(right) == 0
	p.Pairs = adjudicationview.Compare(left, right, func(q fingers.Print, isLeft bool) string {
		if !isLeft && reach == adjudicationview.CentreHas && q.Image == nil {
			return ""
		}
		return "/adjudication/" + d.Task.ID.String() + "/prints/" + q.ID.String()
	})
	h.lent.show(keyOf(c, d.Task.ID), shownOf(p.Pairs), c.Now())
	p.OnlyLeft, p.OnlyRight = adjudicationview.Alone(left, right), adjudicationview.Alone(right, left)
	return p, nil
}

// presented are the prints of the taking; none when they are gone.
func (h *handlers) presented(c *web.Context, d fingers.Dossier) ([]fingers.Print, error) {
	if h.Prints == nil {
		return nil, nil
	}
	_, prints, err := h.Prints.OfTaking(c.Ctx(), d.Task.Taking, reading(c, d.Task.ID, "taking"))
	return gone(prints, err)
}

// others are the prints of the other side, and where they are.
func (h *handlers) others(c *web.Context, d fingers.Dossier, ask bool) ([]fingers.Print, adjudicationview.Reach, error) {
	if h.elsewhere(d.Task.Candidacy) {
		return h.asked(c, d, ask)
	}
	if h.Prints == nil {
		return nil, adjudicationview.Here, nil
	}
	prints, err := h.Prints.References(c.Ctx(), d.Task.Candidacy.CandidateLink, reading(c, d.Task.ID, "references"))
	prints, err = gone(prints, err)
	return prints, adjudicationview.Here, err
}

// gone: prints that were destroyed are no error of the page; it says that they are gone.
func gone(prints []fingers.Print, err error) ([]fingers.Print, error) {
	var known *problem.Error
	if errors.As(err, &known) && known.Kind == problem.NotFound {
		return nil, nil
	}
	return prints, err
}

// asked are the prints of another station: those that the centre lent already, else those that it lends now.
func (h *handlers) asked(c *web.Context, d fingers.Dossier, ask bool) ([]fingers.Print, adjudicationview.Reach, error) {
	if prints := h.lent.given(keyOf(c, d.Task.ID), c.Now()); prints != nil {
		return prints, adjudicationview.CentreHas, nil
	}
	if !ask {
		return nil, adjudicationview.ToBeAsked, nil
	}
	if h.Evidence == nil {
		return nil, adjudicationview.OutOfReach, nil
	}
	prints, err := h.Evidence.Evidence(c.Ctx(), c.Actor(), d.Task.ID, d.Task.Candidacy)
	switch {
	case errors.Is(err, fingers.ErrEvidenceRefused), err == nil && len(prints) == 0:
		return nil, adjudicationview.CentreHasNo, nil
	case errors.Is(err, fingers.ErrNotWithinReach):
		return nil, adjudicationview.OutOfReach, nil
	case err != nil:
		return nil, adjudicationview.OutOfReach, err
	}
	h.lent.give(keyOf(c, d.Task.ID), prints, c.Now())
	return prints, adjudicationview.CentreHas, nil
}

func keyOf(c *web.Context, task uuid.UUID) lentKey { return lentKey{c.Session().ID, task} }

// shownOf are the prints of a page, by name: of this station's nothing is held, of the centre's the images that it gave.
func shownOf(pairs []adjudicationview.Pair) []fingers.Print {
	shown := make([]fingers.Print, 0, 2*len(pairs))
	for _, pair := range pairs {
		for _, p := range []fingers.Print{pair.Left.Print, pair.Right.Print} {
			shown = append(shown, fingers.Print{ID: p.ID, Image: p.Image})
		}
	}
	return shown
}

// image gives the picture of a print that the session's page of the task shows. The address of any other print gives nothing.
func (h *handlers) image(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	wanted, err := uuid.Parse(c.Param("print"))
	if err != nil {
		return errNoImage
	}
	p, ok := h.lent.shown(keyOf(c, id), wanted, c.Now())
	if !ok {
		return errNoImage
	}
	return h.give(c, p)
}

func (h *handlers) give(c *web.Context, p fingers.Print) error {
	if p.Image == nil {
		if h.Prints == nil {
			return errNoImage
		}
		entry := c.Actor().Entry(c.Now(), audit.Consultation, "fingerprint", p.ID.String())
		entry.Purpose, entry.Decision = fingers.PurposeOfAdjudication, "image"
		whole, err := h.Prints.Image(c.Ctx(), p.ID, entry)
		if err != nil {
			return err
		}
		p = whole
	}
	drawn, err := pngOf(p.Image)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", drawn)
}

// pngOf is an image for a browser.
func pngOf(m *biometrics.Image) ([]byte, error) {
	if m == nil || m.Check() != nil {
		return nil, errNoImage
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	grey := &image.Gray{Pix: m.Pix, Stride: m.Width, Rect: image.Rect(0, 0, m.Width, m.Height)}
	if err := encoder.Encode(&out, grey); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
