package desk

import (
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view/deskview"
	"github.com/openbmis/openbmis/ui/web"
)

func (x *screens) hit(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return x.showHit(c, http.StatusOK, id, deskview.Hit{})
}

func (x *screens) showHit(c *web.Context, status int, id uuid.UUID, p deskview.Hit) (err error) {
	p.Login, p.Now = c.User().Login, c.Now()
	p.Dossier, err = x.store.Dossier(c.Ctx(), id, c.User().Agency, entry(c, audit.Consultation, "hit", id.String()))
	if err != nil {
		return err
	}
	if c.QueryParam("done") == "answer" {
		p.Done = c.Text().T(text.DeskSent)
	}
	return c.Render(status, deskview.HitPage(p))
}

// refused shows the hit again with what was typed, when the problem is of that; any other problem is the server's to answer.
func (x *screens) refused(c *web.Context, id uuid.UUID, f deskview.Form, err error) error {
	words, field, is := own(c, err)
	if !is {
		return err
	}
	f.Field = field
	return x.showHit(c, web.StatusOf(err), id, deskview.Hit{Form: f, Failed: words})
}

// answer keeps the owner's word; the person is told as who gave it.
func (x *screens) answer(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := form(c, "confirmed", "text", "instructions", "seen")
	seen, seenErr := strconv.Atoi(f.Value("seen"))
	switch {
	case err != nil:
	case f.Value("confirmed") != "yes" && f.Value("confirmed") != "no":
		err = problem.New(problem.Invalid, "desk.answer").At("confirmed")
	case seenErr != nil:
		err = hit.ErrMoved
	default:
		a := hit.Answer{
			Confirmed: f.Value("confirmed") == "yes", By: c.User().DisplayName + ", " + c.User().Agency, Text: f.Value("text"),
			Instructions: f.Value("instructions"),
		}
		err = x.store.Answer(c.Ctx(), id, c.User().Agency, seen, a, c.User().Login, entry(c, audit.Alteration, "hit", id.String()))
	}
	if err != nil {
		return x.refused(c, id, f, err)
	}
	return c.SeeOther("/desk/hits/" + id.String() + "?done=answer")
}

// step works on a hit that was raised at the centre.
func (x *screens) step(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := form(c, "same", "compared", "outcome", "remark", "reason")
	if err == nil {
		var e hit.Event
		if e, err = stepOf(c.Param("act"), f); err == nil {
			err = x.store.Step(c.Ctx(), id, c.User().Agency, c.User().Login, entry(c, audit.Alteration, "hit", id.String()), e)
		}
	}
	if err != nil {
		return x.refused(c, id, f, err)
	}
	return c.SeeOther("/desk/hits/" + id.String())
}

func stepOf(act string, f deskview.Form) (hit.Event, error) {
	switch act {
	case "claim":
		return hit.Event{Kind: hit.Claimed}, nil
	case "release":
		return hit.Event{Kind: hit.Released}, nil
	case "judge":
		if f.Value("same") != "yes" && f.Value("same") != "no" {
			return hit.Event{}, problem.New(problem.Invalid, "hit.missing").At("same")
		}
		j := hit.Judgement{Same: f.Value("same") == "yes", Compared: []string{f.Value("compared")}}
		return hit.Event{Kind: hit.Judged, Judgement: &j}, nil
	case "close":
		return hit.Event{Kind: hit.Closed, Outcome: &hit.Outcome{Code: f.Value("outcome"), Remark: f.Value("remark")}}, nil
	case "reopen":
		return hit.Event{Kind: hit.Reopened, Note: f.Value("reason")}, nil
	}
	return hit.Event{}, hit.ErrNoSuchHit
}
