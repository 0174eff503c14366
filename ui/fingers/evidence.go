package fingers

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics/fingerprint"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/view/fingersview"
	"github.com/openbmis/openbmis/ui/view/printview"
	"github.com/openbmis/openbmis/ui/web"
)

// set is the comparison that a piece of the finding's evidence speaks of, made again for drawing it.
type set struct {
	head border.Evidence
	fingers.Comparison
	rate float64
}

// finding is the answer of the check of prints as it stands.
func finding(i *border.Inspection) border.Finding {
	for _, f := range i.Findings() {
		if f.Check == fingers.CheckName {
			return f
		}
	}
	return border.Finding{}
}

// sets are the comparisons of the finding. A link whose prints are not at this station has none.
func (h *Handlers) sets(c *web.Context, i *border.Inspection) ([]set, error) {
	presented, err := h.Store.Presented(c.Ctx(), i.Scan.ID)
	if err != nil {
		return nil, err
	}
	var list []set
	for _, e := range finding(i).Evidence {
		if !slices.Contains([]string{fingers.CodeMatch, fingers.CodeMismatch, fingers.CodeCandidate}, e.Code) {
			continue
		}
		link, err := uuid.Parse(e.Ref)
		if err != nil {
			return nil, fmt.Errorf("link of the evidence: %w", err)
		}
		references, err := h.references(c, i, e.Code, link)
		if err != nil {
			return nil, err
		}
		compared := fingers.Compare(presented, references)
		list = append(list, set{e, compared, fingerprint.FalseMatchRate(compared.Score)})
	}
	return list, nil
}

// references are those that the finding compared: a candidate's, or those of the bearer's person under every link that he has. Each link is a
// read of its own in the audit log.
func (h *Handlers) references(c *web.Context, i *border.Inspection, code string, link uuid.UUID) (all []fingers.Print, err error) {
	links := []uuid.UUID{link}
	if code != fingers.CodeCandidate {
		known, err := h.Store.Known(c.Ctx(), i.Subject)
		if err != nil {
			return nil, err
		}
		for _, p := range known.References {
			if !slices.Contains(links, p.Link) {
				links = append(links, p.Link)
			}
		}
	}
	for _, one := range links {
		entry := c.Actor().Entry(c.Now(), audit.Consultation, "fingerprints", one.String())
		entry.Purpose = fingers.PurposeOfVerification
		prints, err := h.Store.References(c.Ctx(), one, entry)
		if err != nil {
			return nil, err
		}
		all = append(all, prints...)
	}
	return all, nil
}

// shown is what was compared, drawn in the page's language; the pictures are fetched, and audited, one by one.
func (h *Handlers) shown(c *web.Context, i *border.Inspection) (fingersview.Evidence, error) {
	f := finding(i)
	e := fingersview.Evidence{Lane: h.lane(c), Card: counterview.CardOf(i), Engine: f.Matcher, Policy: f.Source.Version}
	taking, err := h.Store.Of(c.Ctx(), i.Scan.ID)
	if err != nil {
		return e, err
	}
	e.Simulated = taking != nil && taking.Simulated
	sets, err := h.sets(c, i)
	if err != nil {
		return e, err
	}
	for _, one := range sets {
		e.Sets = append(e.Sets, h.draw(c, e.Card, one))
	}
	return e, nil
}

// draw is a comparison in the page's language, the finger that says most first.
func (h *Handlers) draw(c *web.Context, card *counterview.Card, one set) fingersview.Set {
	t := c.Text()
	other := text.FingersOnFile
	if one.head.Code == fingers.CodeCandidate {
		other = text.FingersOfCandidate
	}
	drawn := fingersview.Set{
		Title: t.T(text.Key("evidence." + one.head.Code)),
		Facts: t.T(text.FingersFusedFacts, "score", one.head.Found, "needed", one.head.Expected, "rate", fingers.Percent(one.rate)),
	}
	if len(one.Fingers) == 0 {
		drawn.Closed = t.T(text.FingersAway)
	}
	slices.SortStableFunc(one.Fingers, func(a, b fingers.Compared) int {
		return int(100*b.Match.Score) - int(100*a.Match.Score)
	})
	for _, f := range one.Fingers {
		drawn.Drawings = append(drawn.Drawings, printview.Drawing{
			Title: t.T(text.Key("finger." + f.Position.String())), Facts: t.T(text.FingersScoreFacts, "score", fmt.Sprintf("%.1f", f.Match.Score)),
			A:     printview.Side{Image: imagePath(card, f.Presented.ID), Template: f.Presented.Template, Caption: t.T(text.FingersPresented)},
			B:     printview.Side{Image: imagePath(card, f.Reference.ID), Template: f.Reference.Template, Caption: t.T(other)},
			Match: f.Match,
		})
	}
	return drawn
}

func imagePath(c *counterview.Card, id uuid.UUID) string {
	return counterview.FingersPath(c, "/prints/"+id.String())
}

// evidence draws everything that was compared.
func (h *Handlers) evidence(c *web.Context, i *border.Inspection) error {
	e, err := h.shown(c, i)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, fingersview.EvidencePage(e))
}

// drawn draws what says most, beside the words at the counter.
func (h *Handlers) drawn(c *web.Context, i *border.Inspection) error {
	e, err := h.shown(c, i)
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, fingersview.Drawn(e))
}

// image serves one print of the comparisons of the traveller in the officer's lane, and no other. The read is audited.
func (h *Handlers) image(c *web.Context, i *border.Inspection) error {
	id, err := uuid.Parse(c.Param("print"))
	if err != nil {
		return fingers.ErrNoPrint
	}
	sets, err := h.sets(c, i)
	if err != nil {
		return err
	}
	if !concerns(sets, id) {
		return fingers.ErrNoPrint
	}
	entry := c.Actor().Entry(c.Now(), audit.Consultation, "fingerprint", id.String())
	entry.Purpose, entry.ResultCount = fingers.PurposeOfVerification, 1
	taken, err := h.Store.Image(c.Ctx(), id, entry)
	if err != nil {
		return err
	}
	if taken.Image == nil {
		return fingers.ErrNoPrint
	}
	data, err := pictureOf(taken)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", data)
}

func concerns(sets []set, id uuid.UUID) bool {
	return slices.ContainsFunc(sets, func(s set) bool {
		return slices.ContainsFunc(s.Fingers, func(f fingers.Compared) bool { return f.Presented.ID == id || f.Reference.ID == id })
	})
}

// pictureOf is the image of a print in a form that browsers show.
func pictureOf(p fingers.Print) ([]byte, error) {
	if err := p.Image.Check(); err != nil {
		return nil, err
	}
	grey := &image.Gray{Pix: p.Image.Pix, Stride: p.Image.Width, Rect: image.Rect(0, 0, p.Image.Width, p.Image.Height)}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, grey); err != nil {
		return nil, fmt.Errorf("picture of a print: %w", err)
	}
	return out.Bytes(), nil
}
