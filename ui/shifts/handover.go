package shifts

import (
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/shiftview"
	"github.com/openbmis/openbmis/ui/web"
)

func asProblem(err error, p **problem.Error) bool { return errors.As(err, p) }

func (h *Handlers) handover(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return h.showHandover(c, http.StatusOK, id, shiftview.Form{})
}

func (h *Handlers) showHandover(c *web.Context, status int, id uuid.UUID, f shiftview.Form) error {
	folder, err := h.folder(c, id)
	if err != nil {
		return err
	}
	p := shiftview.Handover{Folder: folder, MayLead: c.May(auth.ShiftLead), Own: c.User().Login, Form: f}
	if len(f.Faults) > 0 {
		p.Done = ""
	}
	if p.MayLead && p.Shift.Runs() {
		if p.Blocks, err = h.Shifts.Blocks(c.Ctx()); err != nil {
			return err
		}
	}
	return c.Render(status, shiftview.HandoverPage(p))
}

// folder reads a shift with its register.
func (h *Handlers) folder(c *web.Context, id uuid.UUID) (shiftview.Folder, error) {
	f, err := h.Shifts.Open(c.Ctx(), id, consult(c, "shift", id.String()))
	if err != nil {
		return shiftview.Folder{}, err
	}
	names, _, err := h.people(c.Ctx())
	if err != nil {
		return shiftview.Folder{}, err
	}
	return shiftview.Folder{
		Shift: f.Shift, Register: f.Register, Late: f.Late, Versions: f.Versions, Genuine: f.Genuine(), Names: names, Done: doneWords(c), Post: h.Post,
	}, nil
}

// offer closes the shift that runs, unless something blocks it.
func (h *Handlers) offer(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	err = h.Shifts.Offer(c.Ctx(), c.Actor(), id, c.FormValue("note"))
	var f shiftview.Form
	if err != nil && own(c, &f, err, "note") {
		return h.showHandover(c, statusOf(err), id, f)
	}
	if err != nil {
		return err
	}
	return c.SeeOther("/shifts/" + id.String() + "/handover?done=offered")
}

// sign takes the signature of the incoming supervisor: in his own session, or as second person at the outgoing one's.
func (h *Handlers) sign(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	signer, err := h.signer(c)
	if err == nil {
		err = h.Shifts.Sign(c.Ctx(), signer, id, c.FormValue("digest"))
	}
	var f shiftview.Form
	if err != nil && own(c, &f, err, auth.FieldWitness, auth.FieldSecret) {
		return h.showHandover(c, statusOf(err), id, f)
	}
	if err != nil {
		return err
	}
	return c.SeeOther("/shifts?done=signed")
}

func (h *Handlers) signer(c *web.Context) (audit.Actor, error) {
	login, secret := c.FormValue(auth.FieldWitness), c.FormValue(auth.FieldSecret)
	actor := c.Actor()
	if normal, err := auth.NormaliseLogin(login); err == nil && normal == c.User().Login {
		return actor, h.Door.Confirm(c.Ctx(), c.Session(), secret)
	}
	user, err := h.Door.Witness(c.Ctx(), c.Session(), auth.ShiftLead, login, secret)
	actor.ID, actor.Name, actor.Role = user.ID.String(), user.Login, string(user.Role)
	return actor, err
}

// read notes that the person read the hand-over and sends him to his work.
func (h *Handlers) read(c *web.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := h.Shifts.Read(c.Ctx(), c.Actor(), id); err != nil {
		return err
	}
	if c.Session().Lane != "" {
		return c.SeeOther("/counter")
	}
	return c.SeeOther("/shifts")
}
