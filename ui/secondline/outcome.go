package secondline

import (
	"io"
	"mime"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/protection"
	"github.com/openbmis/openbmis/border/secondline"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/secondlineview"
	"github.com/openbmis/openbmis/ui/web"
)

// outcome ends the case. After a refusal comes its form.
func (h *handlers) outcome(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	end, err := readEnd(c)
	if err == nil && end.Outcome == secondline.Refuse && !c.May(auth.CrossingRefuse) {
		err = problem.New(problem.Forbidden, "permission_missing")
	}
	var decision *border.CrossingEvent
	if err == nil {
		decision, err = h.Line.End(c.Ctx(), c.Actor(), id, end)
	}
	if err != nil {
		return h.wrong(c, id, panelOf(secondline.Outcome(c.FormValue("outcome"))), err)
	}
	if decision != nil && decision.Refusal != nil {
		return c.SeeOther("/refusals/" + decision.CrossingID.String())
	}
	return h.again(c, id)
}

func panelOf(o secondline.Outcome) secondlineview.Panel {
	switch o {
	case secondline.Admit:
		return secondlineview.AdmitPanel
	case secondline.Refuse:
		return secondlineview.RefusePanel
	default:
		return secondlineview.EndPanel
	}
}

func readEnd(c *web.Context) (end secondline.End, err error) {
	if end.Outcome, err = secondline.ParseOutcome(c.FormValue("outcome")); err != nil {
		return end, err
	}
	end.Note = c.FormValue("note")
	switch end.Outcome {
	case secondline.Admit:
		end.Reason = c.FormValue("reason")
		if receipt, waiver := trimmed(c, "receipt"), c.FormValue("waiver"); receipt+waiver != "" {
			end.OnArrival = &border.ArrivalVisa{Receipt: receipt, Waiver: waiver}
		}
	case secondline.Refuse:
		values, err := c.FormParams()
		if err != nil {
			return end, err
		}
		end.Refusal = &border.Refusal{
			Reasons: values["reasons"], Remarks: trimmed(c, "remarks"), Signature: c.FormValue("signature"), Language: c.FormValue("language"),
		}
	case secondline.HandOver:
		end.Authority, end.AuthorityName = c.FormValue("authority"), c.FormValue("authority_name")
	case secondline.Protection:
		end.Sign = protection.Kind(c.FormValue("sign"))
	case secondline.Return, secondline.Health, secondline.WithdrawnOutcome:
	}
	return end, nil
}

// attach keeps an upload with the actor's case.
func (h *handlers) attach(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if h.Evidence == nil {
		return file.ErrNoEvidence
	}
	upload, err := readUpload(c)
	if err == nil {
		err = h.Evidence.Attach(c.Ctx(), c.Actor(), id, upload)
	}
	if err != nil {
		return h.wrong(c, id, secondlineview.AttachPanel, err)
	}
	return h.again(c, id)
}

func readUpload(c *web.Context) (u file.Upload, err error) {
	header, err := c.FormFile("evidence_file")
	if err != nil {
		return u, problem.New(problem.Invalid, "evidence.empty").At("evidence_file")
	}
	opened, err := header.Open()
	if err != nil {
		return u, err
	}
	defer opened.Close() //nolint:errcheck // read only
	u = file.Upload{Name: header.Filename, Note: trimmed(c, "evidence_note")}
	u.Content, err = io.ReadAll(io.LimitReader(opened, file.MaxEvidence+1))
	return u, err
}

// attachment gives a file to be kept, never to be shown by the browser as a page of ours.
func (h *handlers) attachment(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	attachment, err := uuid.Parse(c.Param("attachment"))
	if err != nil || h.Evidence == nil {
		return file.ErrNoEvidence
	}
	e, content, err := h.Evidence.Open(c.Ctx(), c.Actor(), id, attachment)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.Name}))
	return c.Blob(http.StatusOK, e.Type, content)
}
