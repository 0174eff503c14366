package counter

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/arrival"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
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
	return serveImage(c, i.Subject.Reading)
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
	return serveImage(c, a.Content)
}

var errNoImage = problem.New(problem.NotFound, "scan.none")

// serveImage answers with an image of a reading as a browser shows it: by its number, "page" for the portrait of the page, "chip" for
// that of the chip.
func serveImage(c *web.Context, r *reader.Reading) error {
	data, err := shown(c.Ctx(), r, c.Param("name"))
	if err != nil {
		return err
	}
	media := http.DetectContentType(data)
	if !strings.HasPrefix(media, "image/") {
		return errNoImage
	}
	return c.Blob(http.StatusOK, media, data)
}

func shown(_ context.Context, r *reader.Reading, name string) ([]byte, error) {
	if r == nil {
		return nil, errNoImage
	}
	switch name {
	case counterview.ChipPortrait:
		if r.Chip == nil {
			return nil, errNoImage
		}
		face, err := emrtd.ParseDG2(r.Chip.Files["DG2"])
		if err != nil {
			return nil, errNoImage.Because(err)
		}
		portrait, found := face.Portrait()
		if !found {
			return nil, errNoImage
		}
		return displayable(portrait.Data, picture.PortraitLimits(), nil)
	case counterview.PagePortrait:
		m, area := counterview.PortraitOf(r)
		if m == nil {
			return nil, errNoImage
		}
		return displayable(m.Data, picture.DefaultLimits(), area)
	}
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || n >= len(r.Images) {
		return nil, errNoImage
	}
	return displayable(r.Images[n].Data, picture.DefaultLimits(), nil)
}

// displayable is the image in a form that browsers show, cut to the area where there is one.
func displayable(data []byte, limits picture.Limits, area *reader.Rectangle) ([]byte, error) {
	format := picture.FormatOf(data)
	if area == nil && (format == picture.JPEG || format == picture.PNG) {
		return data, nil
	}
	decoded, _, err := picture.Decode(data, limits)
	if err != nil {
		return nil, errNoImage.Because(err)
	}
	if area != nil {
		decoded = cut(decoded, image.Rect(area.Left, area.Top, area.Right, area.Bottom))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, decoded, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

const quality = 88

// cut is what of the image lies in the area; the whole image when nothing does.
func cut(whole image.Image, area image.Rectangle) image.Image {
	area = area.Add(whole.Bounds().Min).Intersect(whole.Bounds())
	if area.Empty() {
		return whole
	}
	part := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(part, part.Bounds(), whole, area.Min, draw.Src)
	return part
}
