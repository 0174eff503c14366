package lists

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"time"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/web"
)

// Bounds of what is sent, in bytes.
const (
	maxField = 8 << 10
	maxBody  = listdb.MaxFile + 64<<10
)

// uploadTime is how long a file may take to arrive, instead of the little time that other requests have. It is time of the wall, as the
// connection's is.
const uploadTime = 30 * time.Minute

// upload takes a file as it comes, and leads to what it would change.
func (x *screens) upload(c *web.Context) error {
	select {
	case x.uploading <- struct{}{}:
		defer func() { <-x.uploading }()
	default:
		return problem.New(problem.Conflict, "lists.busy")
	}
	if err := http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(uploadTime)); err != nil {
		return fmt.Errorf("time for an upload: %w", err)
	}
	values := url.Values{}
	p, err := x.receive(c, values)
	if err == nil {
		return c.SeeOther("/alerts/proposals/" + p.ID.String())
	}
	form, own := blamed(c, values, err)
	if !own {
		return err
	}
	return x.showList(c, web.StatusOf(err), form)
}

// receive reads the form field by field: the files come last, and no more than a piece of them is held.
func (x *screens) receive(c *web.Context, values url.Values) (p listdb.Proposal, err error) {
	empty := problem.New(problem.Invalid, "lists.file_empty").At("file")
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return p, empty.Because(err)
	}
	var up *listdb.Upload
	defer func() {
		if err != nil && up != nil {
			// The request's context may be what ended it.
			err = errors.Join(err, up.Discard(context.WithoutCancel(c.Ctx())))
		}
	}()
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p, tooLarge(err)
		}
		if up, err = x.take(c, part, values, up); err != nil {
			return p, tooLarge(err)
		}
	}
	if up == nil {
		return p, empty
	}
	done := up
	up = nil // Close discards it by itself
	return done.Close(c.Ctx())
}

// take takes one part of the form.
func (x *screens) take(c *web.Context, part *multipart.Part, values url.Values, up *listdb.Upload) (*listdb.Upload, error) {
	name := part.FormName()
	switch name {
	case listdb.PartFile, listdb.PartAliases, listdb.PartAddresses, listdb.PartComments:
		if part.FileName() == "" {
			return up, nil
		}
		if up == nil {
			var err error
			up, err = x.lists.NewUpload(c.Ctx(), by(c), listdb.Submission{
				List: c.Param("list"), File: part.FileName(), Format: listfile.Format(values.Get("format")),
				Action: alerts.Action(values.Get("action")), Whole: values.Get("whole") == "yes", Remark: values.Get("remark"),
			})
			if err != nil {
				return nil, err
			}
		}
		return up, up.Part(c.Ctx(), name, part)
	}
	value, err := io.ReadAll(io.LimitReader(part, maxField+1))
	values.Set(name, string(value))
	return up, err
}

func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem.New(problem.Invalid, "lists.file_too_large").At("file").With("max", listdb.MaxFile>>20)
	}
	return err
}
