package counter

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// strip shows the fields of another mode beside the scan.
func (h *Handlers) strip(c *web.Context, lane counterview.Lane) error {
	stays := h.circumstances(c.Session().ID)
	mode := border.Mode(c.QueryParam("mode"))
	if !mode.Valid() {
		return problem.New(problem.Invalid, "scan.mode").At("mode")
	}
	if mode != stays.Mode {
		stays = counterview.Circumstances{Mode: mode, Purpose: stays.Purpose}
	}
	return c.Render(http.StatusOK, counterview.StripFields(counterview.Screen{Lane: lane, Circumstances: stays}))
}

// circumstancesOf are the fields beside the scan.
func circumstancesOf(c *web.Context) counterview.Circumstances {
	occupants, _ := strconv.Atoi(c.FormValue("occupants")) // checked where it is read for a traveller
	return counterview.Circumstances{
		Mode: border.Mode(c.FormValue("mode")), Transport: c.FormValue("transport"), Purpose: c.FormValue("purpose"),
		Particulars: particularsOf(c), Plate: strings.TrimSpace(c.FormValue("plate")), Country: strings.TrimSpace(c.FormValue("plate_country")),
		Occupants: occupants,
	}
}

func particularsOf(c *web.Context) map[string]string {
	var given map[string]string
	for name := range formOf(c) {
		code, found := strings.CutPrefix(name, counterview.ParticularPrefix)
		if value := strings.TrimSpace(c.FormValue(name)); found && value != "" {
			if given == nil {
				given = map[string]string{}
			}
			given[code] = value
		}
	}
	return given
}

// formOf is the whole form of the request.
func formOf(c *web.Context) url.Values {
	_ = c.FormValue("mode") // reads the body, once
	return c.Request().PostForm
}

// vehicleOf is the vehicle that a form names; nil when it names none.
func vehicleOf(c *web.Context) (*border.Vehicle, error) {
	v := &border.Vehicle{Plate: strings.TrimSpace(c.FormValue("plate")), Country: c.FormValue("plate_country"), Driver: c.FormValue("driver") != ""}
	if v.Plate == "" {
		return nil, nil //nolint:nilnil // no vehicle
	}
	if text := strings.TrimSpace(c.FormValue("occupants")); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, problem.New(problem.Invalid, "scan.occupants").At("occupants").With("max", 120)
		}
		v.Occupants = n
	}
	return v, nil
}

// form shows the particulars anew for another category, basis or mode. Nothing is kept.
func (h *Handlers) form(c *web.Context, lane counterview.Lane) error {
	s, err := h.asking(c, lane)
	if err != nil {
		return err
	}
	if rule := border.Rules(border.Category(s.Form.Values["category"])); !rule.Allows(border.Basis(s.Form.Values["basis"])) {
		s.Form.Values["basis"] = string(rule.Bases[0])
	}
	s.Form.Focus = c.QueryParam("focus")
	return c.Render(http.StatusOK, counterview.Page(s))
}

// asking is the screen with the panel of particulars as it was typed.
func (h *Handlers) asking(c *web.Context, lane counterview.Lane) (counterview.Screen, error) {
	s, err := h.screen(c, lane)
	if err != nil {
		return s, err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || s.Current == nil || s.Current.ID != id {
		return s, border.ErrNoSuchScan
	}
	if err := h.askParticulars(c, &s); err != nil {
		return s, err
	}
	typed := map[string]string{}
	for name, values := range formOf(c) {
		if len(values) > 0 {
			typed[name] = values[0]
		}
	}
	s.Form.Values = typed
	return s, nil
}

// askParticulars opens the panel of particulars for the traveller at the counter.
func (h *Handlers) askParticulars(c *web.Context, s *counterview.Screen) error {
	adults, err := h.adults(c, s.Current)
	if err != nil {
		return err
	}
	s.Asked = counterview.Panel{Kind: counterview.PanelParticulars}
	s.Form = counterview.FormOf(s.Current.Scan)
	for _, a := range adults {
		s.Form.Adults = append(s.Form.Adults, counterview.Adult{Key: a.key, Name: strings.Trim(a.Surname+", "+a.GivenNames, ", ")})
	}
	return nil
}

// adult is somebody scanned in the lane whom a minor may be with.
type adult struct {
	key string
	border.Guardian
}

func (h *Handlers) adults(c *web.Context, minor *counterview.Card) ([]adult, error) {
	state, err := h.desk.Lane(c.Ctx(), c.Actor(), recentShown)
	if err != nil {
		return nil, err
	}
	var found []adult
	for _, i := range state.Waiting {
		least, _, known := border.AgeOn(i.Scan.Identity.BirthDate, i.Subject.Today)
		if i.Scan.ID != minor.ID && known && least >= h.desk.AdultAge() {
			found = append(found, adult{"scan:" + i.Scan.ID.String(), border.Guardian{
				Surname: i.Scan.Identity.Surname, GivenNames: i.Scan.Identity.GivenNames, DocumentNumber: i.Scan.Document.Number,
			}})
		}
	}
	for _, r := range state.Recent {
		if _, number, ok := strings.Cut(r.Document, " "); ok && r.Verdict == border.Admit && !r.Annulled {
			found = append(found, adult{"crossing:" + r.CrossingID.String(), border.Guardian{
				Surname: r.Surname, GivenNames: r.GivenNames, DocumentNumber: number,
			}})
		}
	}
	return found, nil
}

// guardianOf is the adult whom the form names: chosen of those scanned in the lane, or typed; nil when it names none.
func (h *Handlers) guardianOf(c *web.Context, minor *counterview.Card) (*border.Guardian, error) {
	g := border.Guardian{
		Surname: c.FormValue("guardian_surname"), GivenNames: c.FormValue("guardian_given_names"), DocumentNumber: c.FormValue("guardian_number"),
	}
	if key := c.FormValue("adult"); key != "" {
		adults, err := h.adults(c, minor)
		if err != nil {
			return nil, err
		}
		for _, a := range adults {
			if a.key == key {
				g = a.Guardian
			}
		}
	}
	g.Relation, g.Consent, g.OtherParent = c.FormValue("guardian_relation"), c.FormValue("guardian_consent"), strings.TrimSpace(c.FormValue("other_parent"))
	if strings.TrimSpace(g.Surname+g.GivenNames) == "" && g.Relation == "" && g.Consent == "" {
		return nil, nil //nolint:nilnil // nobody was named
	}
	return &g, nil
}

// amend keeps the particulars of the traveller at the counter and has the checks run again.
func (h *Handlers) amend(c *web.Context, lane counterview.Lane) error {
	s, err := h.asking(c, lane)
	if err != nil {
		return err
	}
	inspection, err := h.change(c, s.Current)
	if err != nil {
		return h.notAmended(c, s, err)
	}
	await(c.Ctx(), inspection)
	return h.again(c, lane, c.Text().T(text.CounterAmended))
}

func (h *Handlers) change(c *web.Context, card *counterview.Card) (*border.Inspection, error) {
	vehicle, err := vehicleOf(c)
	if err != nil {
		return nil, err
	}
	guardian, err := h.guardianOf(c, card)
	if err != nil {
		return nil, err
	}
	line := strings.TrimSpace(c.FormValue("transport"))
	if flights := card.Scan.Mode == border.Air && c.FormValue("mode") == string(border.Air); flights && card.Scan.Particulars["flight"] == "" {
		line = card.Scan.Transport // what is no flight number stands in no field of the form
	}
	return h.desk.Amend(c.Ctx(), c.Actor(), card.ID, border.Change{
		Mode: border.Mode(c.FormValue("mode")), Transport: line, Purpose: c.FormValue("purpose"),
		Circumstances: border.Circumstances{
			Category: border.Category(c.FormValue("category")), Basis: border.Basis(c.FormValue("basis")), Particulars: particularsOf(c),
			Group: card.Scan.Group, Guardian: guardian, Vehicle: vehicle,
		},
	})
}

// notAmended shows the form again with what was typed, and what is wrong with it.
func (h *Handlers) notAmended(c *web.Context, s counterview.Screen, cause error) error {
	var known *problem.Error
	if !errors.As(cause, &known) || known.Kind != problem.Invalid {
		return cause
	}
	s.Form.Fault, s.Wrong = known.Field, c.Text().Problem(cause)
	return c.Render(web.StatusOf(cause), counterview.Page(s))
}
