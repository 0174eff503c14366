package counter

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/ui/view/counterview"
	"github.com/openbmis/openbmis/ui/web"
)

// maxHanded bounds what is sent with an image: the image, and the form round it.
const maxHanded = reader.MaxImage + 64<<10

// handed is what the page's script is told of an image: where to go on, or what was wrong, in the page's language.
type handed struct {
	Next  string `json:"next,omitempty"`
	Wrong string `json:"wrong,omitempty"`
}

// hand takes an image of a page that the officer chose, dropped or pasted.
func (h *Handlers) hand(c *web.Context, lane counterview.Lane) error {
	reading, err := handedIn(c)
	if err != nil {
		return h.notHanded(c, lane, err)
	}
	a, err := h.parts.Arrivals.Hand(c.Ctx(), seat(c), reading)
	if err != nil {
		return h.notHanded(c, lane, err)
	}
	h.Notify(lane.Name)
	next := "/counter"
	if a.State.Waits() {
		next = typedPath(a.ID)
	}
	if scripted(c) {
		return c.JSON(http.StatusOK, handed{Next: next})
	}
	return c.SeeOther(next)
}

// scripted reports whether the page's script asks, which shows what it is told itself.
func scripted(c *web.Context) bool { return c.Request().Header.Get("Accept") == "application/json" }

func (h *Handlers) notHanded(c *web.Context, lane counterview.Lane, cause error) error {
	if scripted(c) && isWrong(cause) {
		return c.JSON(web.StatusOf(cause), handed{Wrong: c.Text().Problem(cause)})
	}
	return h.wrong(c, lane, cause)
}

// isWrong reports whether the officer can put right what is wrong.
func isWrong(err error) bool {
	var known *problem.Error
	return errors.As(err, &known) && (known.Kind == problem.Invalid || known.Kind == problem.Conflict)
}

// handedIn is the reading that the sent image makes.
func handedIn(c *web.Context) (*reader.Reading, error) {
	data, err := sent(c)
	if err != nil {
		return nil, err
	}
	info, err := picture.Identify(data)
	if err != nil {
		return nil, problem.New(problem.Invalid, "image.kind").At("image").Because(err)
	}
	return &reader.Reading{
		Device: reader.Device{Upload: true}, At: c.Now(),
		Images: []reader.Image{{Light: reader.White, MediaType: info.Format.MediaType(), Data: data}},
	}, nil
}

// sent are the bytes of the form's image.
func sent(c *web.Context) (data []byte, err error) {
	tooLarge := problem.New(problem.Invalid, "image.too_large").At("image").With("max", reader.MaxImage>>20)
	none := problem.New(problem.Invalid, "image.none").At("image")
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return nil, none.Because(err)
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil, none
		case isTooLarge(err):
			return nil, tooLarge
		case err != nil:
			return nil, none.Because(err)
		}
		if part.FormName() == "image" {
			return readPart(part, none, tooLarge)
		}
	}
}

func readPart(part *multipart.Part, none, tooLarge *problem.Error) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(part, reader.MaxImage+1))
	switch {
	case isTooLarge(err) || len(data) > reader.MaxImage:
		return nil, tooLarge
	case err != nil:
		return nil, none.Because(err)
	case len(data) == 0:
		return nil, none
	}
	return data, nil
}

func isTooLarge(err error) bool {
	var tooLarge *http.MaxBytesError
	return errors.As(err, &tooLarge)
}

// image serves one image of an inspection that waits in the officer's lane. The scan's audit entry tells that he reads it.
func (h *Handlers) image(c *web.Context, lane counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return border.ErrNoSuchScan
	}
	i, err := h.desk.Inspection(c.Ctx(), lane.Name, id)
	if err != nil {
		return err
	}
	data, err := h.album.image(lane.Name, id, i.Subject.Reading, c.Param("name"))
	return serveImage(c, data, err)
}

// waitingImage serves one image of a reading that waits in the officer's lane; the read is audited.
func (h *Handlers) waitingImage(c *web.Context, _ counterview.Lane) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return arrival.ErrNone
	}
	a, err := h.parts.Arrivals.Show(c.Ctx(), c.Actor(), id)
	if err != nil {
		return err
	}
	data, err := shown(a.Content, c.Param("name"))
	return serveImage(c, data, err)
}

func serveImage(c *web.Context, data []byte, err error) error {
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, picture.FormatOf(data).MediaType(), data)
}
