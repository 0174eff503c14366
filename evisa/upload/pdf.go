package upload

import (
	"bytes"
	"errors"

	"github.com/openbmis/openbmis/internal/problem"
)

// Reasons why a PDF is not kept.
var (
	errPDFBroken = errors.New("no PDF that can be looked through")
	errPDFLocked = errors.New("PDF under a password")
	errPDFActive = errors.New("PDF that does something when it is opened, or holds other files")
	errPDFTwo    = errors.New("PDF that is something else at the same time")
	errPDFBomb   = errors.New("PDF that grows beyond its bound")
	errPDFPages  = errors.New("PDF of too many pages")
)

// pdf is a PDF (ISO 32000-1) that is looked through. It is not parsed as a viewer does, for viewers differ: every place where a name can stand is
// searched, and whatever viewers could read in two ways is refused.
type pdf struct {
	data     []byte
	lengths  map[int]int // integers that are objects of their own, as lengths of streams are; two of one number are ambiguous
	objectAt map[int]int // where an object's content begins; ambiguous likewise
	left     int         // bytes that may still be decompressed
	pages    int
	most     int // pages
}

const (
	ambiguous = -1
	// maxInflated bounds what all streams of a PDF are together.
	maxInflated = 192 << 20
	// maxObjects bounds the objects of a PDF.
	maxObjects = 200_000
)

// takePDF looks a PDF through; it is kept as it came.
func takePDF(data []byte, l Limits) (Kept, error) {
	p := &pdf{data: data, left: maxInflated, most: l.Pages}
	if err := p.look(); err != nil {
		if errors.Is(err, errPDFBroken) && bytes.Contains(data, []byte("/Encrypt")) {
			err = errPDFLocked // what is encrypted looks broken
		}
		return Kept{}, pdfProblem(err, l)
	}
	k := Kept{Data: bytes.Clone(data), Came: "PDF", Pages: p.pages}
	k.Type = "application/pdf"
	return k, nil
}

func pdfProblem(err error, l Limits) error {
	code := "upload_pdf_broken"
	for reason, its := range map[error]string{
		errPDFLocked: "upload_pdf_locked", errPDFActive: "upload_pdf_active", errPDFTwo: "upload_pdf_two", errPDFBomb: "upload_pdf_bomb",
		errPDFPages: "upload_pdf_pages",
	} {
		if errors.Is(err, reason) {
			code = its
		}
	}
	return problem.New(problem.Invalid, code).At("file").With("most", l.Pages).Because(err)
}

func (p *pdf) look() error {
	for _, step := range []func() error{p.shape, p.foreign, p.objects, p.walk} {
		if err := step(); err != nil {
			return err
		}
	}
	switch {
	case p.pages == 0:
		return errPDFBroken
	case p.pages > p.most:
		return errPDFPages
	}
	return nil
}

// shape looks at begin and end (7.5.2, 7.5.5): a version at byte 0, the mark of the end with nothing but line ends behind it.
func (p *pdf) shape() error {
	d := p.data
	if len(d) < 64 || d[5] != '1' && d[5] != '2' || d[6] != '.' || d[7] < '0' || d[7] > '9' {
		return errPDFBroken
	}
	end := bytes.LastIndex(d, []byte("%%EOF"))
	switch {
	case end < 0 || bytes.LastIndex(d[max(0, end-1024):end], []byte("startxref")) < 0:
		return errPDFBroken
	case len(bytes.Trim(d[end+len("%%EOF"):], "\x00\t\n\f\r ")) > 0:
		return errPDFTwo
	}
	return nil
}

// foreign looks for the marks of other kinds of file, each where its readers look for it.
func (p *pdf) foreign() error {
	d := p.data
	for at, mark := range map[int]string{257: "ustar", 128: "DICM", 0x8001: "CD001", 0x8801: "CD001", 0x9001: "CD001"} {
		if at+len(mark) <= len(d) && string(d[at:at+len(mark)]) == mark {
			return errPDFTwo
		}
	}
	const endOfZIP = 22 + 1<<16 // the longest that a ZIP's end can be
	if bytes.Contains(d[max(0, len(d)-endOfZIP):], []byte("PK\x05\x06")) {
		return errPDFTwo
	}
	for _, mark := range []string{"Rar!\x1A\x07", "7z\xBC\xAF\x27\x1C", "<?php", "PK\x03\x04\x14\x00"} {
		if bytes.Contains(d, []byte(mark)) {
			return errPDFTwo
		}
	}
	if markup(d) {
		return errPDFTwo
	}
	return nil
}

// markup finds elements that a browser would act on, were the file ever shown to it as a page.
func markup(data []byte) bool {
	for at := 0; at < len(data); at++ {
		next := bytes.IndexByte(data[at:], '<')
		if next < 0 {
			return false
		}
		at += next
		rest := data[at:min(at+16, len(data))]
		for _, tag := range []string{"<script", "<html", "<!doctype html", "<iframe", "<object", "<embed ", "<svg xmlns"} {
			if len(rest) >= len(tag) && bytes.EqualFold(rest[:len(tag)], []byte(tag)) {
				return true
			}
		}
	}
	return false
}
