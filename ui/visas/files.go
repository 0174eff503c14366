package visas

import (
	"mime"
	"net/http"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa/desk"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/ui/view/visasview"
	"github.com/openbmis/openbmis/ui/web"
)

// sandbox is the policy of whatever a stranger sent: nothing of it runs, loads or is framed, even when somebody opens it by hand.
const sandbox = "default-src 'none'; sandbox; frame-ancestors 'none'"

func (x *screens) open(c *web.Context) (desk.KeptFile, []byte, error) {
	id, err := idOf(c, desk.ErrUnknown)
	if err != nil {
		return desk.KeptFile{}, nil, err
	}
	file, err := uuid.Parse(c.Param("file"))
	if err != nil {
		return desk.KeptFile{}, nil, desk.ErrUnknown
	}
	return x.Desk.File(c.Ctx(), c.Actor(), id, file)
}

// file shows a picture, told by its own bytes and not by what somebody said of it. Anything else is only handed out.
func (x *screens) file(c *web.Context) error {
	f, data, err := x.open(c)
	if err != nil {
		return err
	}
	var media string
	switch picture.FormatOf(data) {
	case picture.JPEG:
		media = "image/jpeg"
	case picture.PNG:
		media = "image/png"
	default:
		return x.handOut(c, f, data)
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", sandbox)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	return c.Blob(http.StatusOK, media, data)
}

// download hands a file out. Its name says what it is, and nothing of whose it is.
func (x *screens) download(c *web.Context) error {
	f, data, err := x.open(c)
	if err != nil {
		return err
	}
	return x.handOut(c, f, data)
}

func (x *screens) handOut(c *web.Context, f desk.KeptFile, data []byte) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", sandbox)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Kind + ending(f.Type)}))
	media := "application/octet-stream"
	if f.Type == "application/pdf" || visasview.Image(f.Type) {
		media = f.Type
	}
	return c.Blob(http.StatusOK, media, data)
}

func ending(media string) string {
	switch media {
	case "application/pdf":
		return ".pdf"
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	}
	return ".bin"
}
