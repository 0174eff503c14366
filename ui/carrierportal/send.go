package carrierportal

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/view/carrierportalview"
	"github.com/openbmis/openbmis/ui/web"
)

// maxUpload is the largest file that the page takes; what is larger goes through another gateway.
const maxUpload = 16 << 20

// send takes a file on the way that everything else goes, and says what came of it.
func (x *screens) send(c *web.Context) error {
	mine, err := carrier(c)
	if err != nil {
		return err
	}
	var m carrierportalview.Messages
	name, body, err := upload(c.Request())
	if err == nil {
		e := entry(c, audit.Collection, "upload")
		e.Decision = "carrier " + mine
		if err = x.Scores.Sending(c.Ctx(), e); err == nil {
			m.Receipt, err = x.take(c.Ctx(), mine, name, body)
		}
	}
	var known *problem.Error
	switch {
	case err == nil:
		return x.list(c, http.StatusOK, mine, m)
	case errors.As(err, &known) && known.Kind != problem.Internal:
		m.Fault = c.Text().Problem(known)
		return x.list(c, web.StatusOf(err), mine, m)
	}
	return err
}

func (x *screens) take(ctx context.Context, mine, name string, body []byte) (*carrierportalview.Receipt, error) {
	told, err := x.Take(ctx, mine, name, body)
	if err != nil {
		return nil, err
	}
	r := &carrierportalview.Receipt{Receipt: told}
	if before, err := x.Messages.Raw(ctx, told.ID); err == nil && told.Duplicate && before.Carrier == mine {
		r.Before = before.ReceivedAt
	}
	return r, nil
}

// upload is the file of the form. It stays in memory: what a carrier hands in must not lie about in a temporary file.
func upload(r *http.Request) (name string, body []byte, err error) {
	large := problem.New(problem.Invalid, "carrierportal.large").At("file").With("max", maxUpload>>20)
	if err := r.ParseMultipartForm(maxUpload + 64<<10); err != nil {
		if errors.Is(err, http.ErrNotMultipart) || errors.Is(err, multipart.ErrMessageTooLarge) {
			return "", nil, problem.New(problem.Invalid, "carrierportal.file").At("file").Because(err)
		}
		return "", nil, large.Because(err)
	}
	heads := r.MultipartForm.File["file"]
	if len(heads) != 1 || heads[0].Size == 0 {
		return "", nil, problem.New(problem.Invalid, "carrierportal.file").At("file")
	}
	if heads[0].Size > maxUpload {
		return "", nil, large
	}
	part, err := heads[0].Open()
	if err != nil {
		return "", nil, err
	}
	body, err = io.ReadAll(part)
	return plain(heads[0].Filename), body, errors.Join(err, part.Close())
}

// plain is a file's name without a path or anything that is no text, 80 characters at most.
func plain(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if !utf8.ValidString(name) {
		return ""
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	runes := []rune(name)
	return string(runes[:min(80, len(runes))])
}
