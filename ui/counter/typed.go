package counter

import (
	"errors"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *Handlers) askTyped(c *web.Context, lane counterview.Lane) error {
	s := counterview.Screen{Lane: lane, Circumstances: h.circumstances(c.Session().ID)}
	from, err := h.typedFrom(c, c.QueryParam("reading"))
	if err != nil {
		return err
	}
	return c.Render(http.StatusOK, counterview.TypedPage(s, typedOf(from)))
}

// typed takes a document whose fields were typed from its visual zone. What was typed stays when something is wrong with it.
func (h *Handlers) typed(c *web.Context, lane counterview.Lane) error {
	stays := circumstancesOf(c)
	in, faults := typedInput(c)
	in.Direction, in.Mode, in.Transport, in.Purpose = lane.Direction, stays.Mode, stays.Transport, stays.Purpose
	var err error
	if in.Group, err = h.joins(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	from, err := h.typedFrom(c, c.FormValue("reading"))
	if err != nil {
		return err
	}
	in.Reading = from.Content
	if len(faults) == 0 {
		inspection, err := h.desk.Open(c.Ctx(), c.Actor(), in)
		if err == nil {
			return h.typedOpened(c, lane, from, inspection)
		}
		var known *problem.Error
		if !errors.As(err, &known) || known.Kind != problem.Invalid {
			return err
		}
		faults[known.Field] = c.Text().Problem(err)
	}
	s := counterview.Screen{Lane: lane, Circumstances: stays}
	shown := typedOf(from)
	shown.Fields, shown.Faults = fields(c), faults
	return c.Render(http.StatusUnprocessableEntity, counterview.TypedPage(s, shown))
}

// typedFrom is the waiting reading that the fields are typed from; nothing for a document in the hand.
func (h *Handlers) typedFrom(c *web.Context, reading string) (arrival.Arrival, error) {
	if reading == "" || h.parts.Arrivals == nil {
		return arrival.Arrival{}, nil
	}
	id, err := uuid.Parse(reading)
	if err != nil {
		return arrival.Arrival{}, arrival.ErrNone
	}
	return h.parts.Arrivals.Show(c.Ctx(), c.Actor(), id)
}

// typedOf is the form with what could be read already.
func typedOf(from arrival.Arrival) counterview.Typed {
	t := counterview.Typed{Reading: from.ID}
	if from.Content == nil {
		return t
	}
	t.Fields, t.Pages = map[string]string{}, len(from.Content.Images)
	if t.Pages > 0 {
		_, err := shown(from.Content, "0")
		t.Closed = err != nil
	}
	for _, v := range from.Content.Values {
		if t.Fields[v.Field] == "" || v.Source == reader.VIZ {
			t.Fields[v.Field] = v.Text
		}
	}
	return t
}

// typedOpened ends the waiting of the reading that the fields were typed from.
func (h *Handlers) typedOpened(c *web.Context, lane counterview.Lane, from arrival.Arrival, i *border.Inspection) error {
	if from.Content != nil {
		if _, err := h.parts.Arrivals.Taken(c.Ctx(), c.Actor(), from, i.Scan.ID); err != nil {
			return err
		}
		h.Notify(lane.Name)
	}
	await(c.Ctx(), i)
	return c.SeeOther("/counter")
}

func fields(c *web.Context) map[string]string {
	out := map[string]string{}
	for _, name := range []string{"document_code", "issuing_state", "document_number", "surname", "given_names", "nationality",
		"birth_date", "sex", "expiry_date"} {
		out[name] = strings.TrimSpace(c.FormValue(name))
	}
	return out
}

func typedInput(c *web.Context) (border.ScanInput, map[string]string) {
	f, faults := fields(c), map[string]string{}
	date := func(name string) traveldoc.Date {
		d, err := traveldoc.ParseDate(f[name])
		if err != nil {
			faults[name] = c.Text().Problem(problem.New(problem.Invalid, "scan.date").At(name))
		}
		return d
	}
	return border.ScanInput{
		Identity: traveldoc.Identity{
			Surname: f["surname"], GivenNames: f["given_names"], Nationality: strings.ToUpper(f["nationality"]),
			Sex: strings.ToUpper(f["sex"]), BirthDate: date("birth_date"),
		},
		Document: traveldoc.Document{
			Code: strings.ToUpper(f["document_code"]), Number: strings.ToUpper(f["document_number"]),
			IssuingState: strings.ToUpper(f["issuing_state"]), ExpiryDate: date("expiry_date"),
		},
	}, faults
}
