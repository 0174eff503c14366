// Package receipts answers the pages of receipts over HTTP: issuing, printing and verifying. It decides nothing itself, and keeps no
// picture that is loaded for verification.
package receipts

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/seal/qr"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/view/receiptview"
	"github.com/openbmis/openbmis/ui/web"
)

type handlers struct {
	office *receipt.Office
	texts  *text.Catalogue
	post   view.Post
}

// maxUpload bounds the body of a verification: a picture and a few fields.
const maxUpload = qr.MaxPicture + 64<<10

// Register registers the routes of receipts at a station; post is what receipts and verifications call it.
func Register(s *web.Server, office *receipt.Office, post view.Post) {
	h := handlers{office, s.Texts, post}
	s.Handle(http.MethodGet, "/receipts/:crossing", auth.CrossingRecord, h.ask)
	s.Handle(http.MethodPost, "/receipts/:crossing", auth.CrossingRecord, h.issue)
	s.Handle(http.MethodGet, "/receipts/:crossing/copies/:n", auth.CrossingRecord, h.show)
	s.Handle(http.MethodGet, "/verify", auth.SessionOwn, h.askVerify)
	s.Handle(http.MethodPost, "/verify", auth.SessionOwn, h.verify, web.MaxBody(maxUpload))
	RegisterKeys(s, office.Store)
}

// Nav is the page where receipts are verified.
func Nav() view.NavItem {
	return view.NavItem{Href: "/verify", Label: text.ReceiptVerifyingTitle, Need: auth.CrossingRecord, Seldom: true}
}

func crossingOf(c *web.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("crossing"))
	if err != nil {
		return id, receipt.ErrNoCrossing
	}
	return id, nil
}

func (h handlers) ask(c *web.Context) error {
	id, err := crossingOf(c)
	if err != nil {
		return err
	}
	crossing, err := h.office.Show(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	language := text.Language(receipt.LanguageFor(crossing.Event.Identity.Nationality))
	return c.Render(http.StatusOK, receiptview.AskPage(receiptview.Ask{Crossing: crossing, Language: language, Paper: paperOf(c.QueryParam("paper"))}))
}

func paperOf(asked string) string {
	if slices.Contains(receiptview.Papers(), asked) {
		return asked
	}
	return receiptview.Papers()[0]
}

func (h handlers) issue(c *web.Context) error {
	id, err := crossingOf(c)
	if err != nil {
		return err
	}
	issued, err := h.office.Issue(c.Ctx(), c.Actor(), id, c.FormValue("language"))
	if err != nil {
		return err
	}
	return c.SeeOther("/receipts/" + id.String() + "/copies/" + strconv.Itoa(issued.Copy) + "?paper=" + paperOf(c.FormValue("paper")) + "&print=1")
}

func (h handlers) show(c *web.Context) error {
	id, err := crossingOf(c)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(c.Param("n"))
	if err != nil || number < 1 || number > 1_000_000 {
		return receipt.ErrNoCopy
	}
	r, err := h.office.Copy(c.Ctx(), c.Actor(), id, number)
	if err != nil {
		return err
	}
	code, err := qr.Draw(receipt.Code(r.Seal))
	if err != nil {
		return problem.New(problem.Internal, "").Because(err)
	}
	return c.Render(http.StatusOK, receiptview.CopyPage(receiptview.Copy{
		Receipt: r, Code: code, Printer: h.texts.Printer(text.Language(r.Language)).In(zoneOf(r.Event.Zone, h.office.Zone)),
		Paper: paperOf(c.QueryParam("paper")), PrintNow: c.QueryParam("print") == "1", Post: h.post,
	}))
}

// zoneOf is the zone of a crossing; that of the station when this machine does not know it.
func zoneOf(name string, otherwise *time.Location) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return otherwise
	}
	return zone
}
