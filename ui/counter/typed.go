package counter

import (
	"errors"
	"net/http"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

func (h *Handlers) askTyped(c *web.Context, lane counterview.Lane) error {
	s := counterview.Screen{Lane: lane, Circumstances: h.circumstances(c.Session().ID)}
	return c.Render(http.StatusOK, counterview.TypedPage(s, counterview.Typed{}))
}

// typed takes a document whose fields were typed from its visual zone. What was typed stays when something is wrong with it.
func (h *Handlers) typed(c *web.Context, lane counterview.Lane) error {
	stays := circumstancesOf(c)
	in, faults := typedInput(c)
	in.Direction, in.Mode, in.Transport, in.Purpose = lane.Direction, stays.Mode, stays.Transport, stays.Purpose
	var err error
	if in.Group, err = h.joins(c); err != nil {
		return err
	}
	if len(faults) == 0 {
		inspection, err := h.desk.Open(c.Ctx(), c.Actor(), in)
		if err == nil {
			await(c.Ctx(), inspection)
			return c.SeeOther("/counter")
		}
		var known *problem.Error
		if !errors.As(err, &known) || known.Kind != problem.Invalid {
			return err
		}
		faults[known.Field] = c.Text().Problem(err)
	}
	s := counterview.Screen{Lane: lane, Circumstances: stays}
	return c.Render(http.StatusUnprocessableEntity, counterview.TypedPage(s, counterview.Typed{Fields: fields(c), Faults: faults}))
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
