package visaportal

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

// bounds of a form with files.
const (
	maxParts = 40
	maxValue = 32 << 10
)

// values is the form that was posted, of a route that takes no files; package web has read and bounded it.
func values(c *web.Context) apply.Form { return apply.Form(c.Request().PostForm) }

// file is one file of a form, named by its field. What the browser calls it and takes it for is not kept.
type file struct {
	field string
	data  []byte
}

// retryAfter is how long somebody who found no place is asked to wait, in seconds.
const retryAfter = "30"

// inPlace bounds how many bodies with files there are in memory at once: each is bounded, and so are all of them together. A place is held until
// the answer, for the files are held so long. Whoever sends slowly is ended by the server's time to read.
func (p *portal) inPlace(h web.Handler) web.Handler {
	return func(c *web.Context) error {
		timer := time.NewTimer(p.ReceiveWait)
		defer timer.Stop()
		select {
		case p.places <- struct{}{}:
			defer func() { <-p.places }()
			return h(c)
		case <-timer.C:
			c.Response().Header().Set("Retry-After", retryAfter)
			return problem.New(problem.Unavailable, "visaportal_full")
		case <-c.Ctx().Done():
			return c.Ctx().Err()
		}
	}
}

// received reads a form with files, part by part: nothing is written to a disk, and nothing is read beyond the bounds.
func received(c *web.Context) (apply.Form, []file, error) {
	reader, err := c.Request().MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return values(c), nil, nil
	}
	if err != nil {
		return nil, nil, broken(err)
	}
	form, files := apply.Form{}, []file(nil)
	for range maxParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, nil
		}
		if err != nil {
			return nil, nil, broken(err)
		}
		if files, err = take(part, form, files); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, broken(nil)
}

func take(part *multipart.Part, form apply.Form, files []file) ([]file, error) {
	name, most := part.FormName(), int64(maxValue)
	_, isFile := part.Header["Content-Type"]
	isFile = isFile || part.FileName() != ""
	if isFile {
		most = int64(upload.MaxBytes()) + 1 // one more: who takes files says that it is too large
	}
	data, err := io.ReadAll(io.LimitReader(part, most))
	switch {
	case err != nil:
		return nil, broken(err)
	case len(name) > 64 || !legible(name):
		return nil, broken(nil)
	case isFile && len(data) == 0: // the field was left empty
		return files, nil
	case isFile && len(files) == maxFiles:
		return nil, problem.New(problem.Invalid, "visaportal_files_many").At("file").With("most", maxFiles)
	case isFile:
		return append(files, file{name, data}), nil
	case len(data) == maxValue || !legible(string(data)):
		return nil, broken(nil)
	}
	form[name] = append(form[name], string(data))
	return files, nil
}

func legible(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// broken: what came is no form. A body that is too large stays one, for package web to say so.
func broken(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return problem.New(problem.Invalid, "visaportal_form_broken").Because(err)
}
