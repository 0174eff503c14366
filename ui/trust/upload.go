package trust

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/web"
)

// Bounds of what is sent, in bytes.
const (
	maxAnchor = 1 << 20
	maxField  = 8 << 10
	maxBody   = trustdb.MaxFile + maxAnchor + 64<<10
)

// readSubmission reads the form as it comes, field by field: nothing is written to disk, and no more is held than is allowed.
func readSubmission(c *web.Context) (s trustdb.Submission, err error) {
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return s, problem.New(problem.Invalid, "trust.file_empty").At("file").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err == nil {
			err = readField(c, part, &s)
		}
		if err != nil {
			return s, tooLarge(err)
		}
	}
}

func readField(c *web.Context, part *multipart.Part, s *trustdb.Submission) error {
	switch part.FormName() {
	case "file":
		s.File = part.FileName()
		return readFile(part, c.Request().ContentLength, s)
	case "anchor":
		return readAnchor(c, part, s)
	}
	value, err := io.ReadAll(io.LimitReader(part, maxField+1))
	if err != nil {
		return err
	}
	switch part.FormName() {
	case "origin":
		s.Origin = trust.Origin(value)
	case "remark":
		s.Remark = string(value)
	case "acknowledged":
		s.Acknowledged = string(value) == "yes"
	}
	return nil
}

// readFile makes room for the whole file at once when the request says how long it is.
func readFile(part io.Reader, length int64, s *trustdb.Submission) error {
	var data bytes.Buffer
	if length > 0 && length <= maxBody {
		data.Grow(int(length))
	}
	if _, err := data.ReadFrom(io.LimitReader(part, trustdb.MaxFile+1)); err != nil {
		return err
	}
	s.Data = data.Bytes()
	return nil
}

// readAnchor reads the certificates that the proposer vouches with.
func readAnchor(c *web.Context, part *multipart.Part, s *trustdb.Submission) error {
	data, err := io.ReadAll(io.LimitReader(part, maxAnchor+1))
	if err != nil || len(data) == 0 {
		return err
	}
	wrong := problem.New(problem.Invalid, "trust.anchor").At("anchor")
	for _, item := range trust.Import(part.FileName(), data, trust.Options{Now: c.Now(), Origin: trust.Bilateral, MaxBytes: maxAnchor}).Items {
		if item.Kind != trust.CSCA && item.Kind != trust.Link {
			return wrong
		}
		certificate, err := pki.ParseCertificate(item.DER)
		if err != nil {
			return wrong.Because(err)
		}
		s.Anchors = append(s.Anchors, certificate)
	}
	if len(s.Anchors) == 0 {
		return wrong
	}
	return nil
}

func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return problem.New(problem.Invalid, "trust.file_too_large").At("file").With("max", trustdb.MaxFile>>20)
	}
	return err
}
