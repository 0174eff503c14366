package upload

import (
	"bytes"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc/picture"
)

func take(kind string, data []byte) (Kept, error) {
	l := LimitsOf(kind)
	switch {
	case len(data) == 0:
		return Kept{}, problem.New(problem.Invalid, "upload_empty").At("file")
	case len(data) > l.Bytes:
		return Kept{}, problem.New(problem.Invalid, "upload_large").At("file").With("most", l.Bytes>>20)
	}
	switch picture.FormatOf(data) {
	case picture.JPEG, picture.PNG:
		return takeImage(kind, data, l)
	case picture.TIFF, picture.JP2, picture.J2K, picture.Unknown:
	}
	if bytes.HasPrefix(data, []byte("%PDF-")) && l.PDF {
		return takePDF(data, l)
	}
	return Kept{}, wrongType(l)
}

func wrongType(l Limits) error {
	if l.PDF {
		return problem.New(problem.Invalid, "upload_type").At("file")
	}
	return problem.New(problem.Invalid, "upload_type_image").At("file")
}
