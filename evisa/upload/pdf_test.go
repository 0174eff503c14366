package upload

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/problem"
)

// paper builds a PDF object by object.
type paper struct {
	bytes.Buffer
	at      []int
	trailer string
}

func newPaper() *paper {
	p := &paper{}
	p.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	return p
}

func (p *paper) object(body string) *paper {
	p.at = append(p.at, p.Len())
	fmt.Fprintf(p, "%d 0 obj\n%s\nendobj\n", len(p.at), body)
	return p
}

func (p *paper) stream(entries string, content []byte) *paper {
	return p.object(fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", entries, len(content), content))
}

func (p *paper) end() []byte {
	start := p.Len()
	fmt.Fprintf(p, "xref\n0 %d\n0000000000 65535 f \n", len(p.at)+1)
	for _, at := range p.at {
		fmt.Fprintf(p, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(p, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(p.at)+1, p.trailer, start)
	return p.Bytes()
}

func deflated(plain []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = w.Write(plain)
	_ = w.Close()
	return out.Bytes()
}

// simple is a PDF of one page, with what is put into its catalogue and beside it.
func simple(catalogue string, more ...string) []byte {
	p := newPaper().object("<< /Type /Catalog /Pages 2 0 R "+catalogue+" >>").object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>").
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>").
		stream("/Filter /FlateDecode", deflated([]byte("BT /F1 24 Tf 72 720 Td (Invitation) Tj ET")))
	for _, body := range more {
		p.object(body)
	}
	return p.end()
}

func taken(data []byte) (Kept, error) {
	return NewTaker(uuid.New, 1).Take(noContext(), "invitation", data)
}

// Every PDF that acts, hides, grows, or is something else too is refused, each with its own words.
func TestPDFThatAreRefused(t *testing.T) {
	script := "<< /S /JavaScript /JS (app.alert(1)) >>"
	packed := func(filter string, content []byte) []byte {
		return newPaper().object("<< /Type /Catalog /Pages 2 0 R >>").object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>").
			object("<< /Type /Page /Parent 2 0 R >>").stream("/Type /ObjStm /N 1 /First 4 "+filter, content).end()
	}
	zip := "PK\x05\x06" + strings.Repeat("\x00", 18)
	pages := newPaper().object("<< /Type /Catalog /Pages 2 0 R >>")
	for range 61 {
		pages.object("<< /Type /Page /Parent 2 0 R >>")
	}
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"script":                     {simple("/OpenAction 5 0 R", script), "upload_pdf_active"},
		"script, name escaped":       {simple("", "<< /S /J#61vaScript /J#53 (x) >>"), "upload_pdf_active"},
		"action when opened":         {simple("/OpenAction << /S /URI /URI (https://stranger.example) >>"), "upload_pdf_active"},
		"view, then an action":       {simple("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 5 0 R >>"), "upload_pdf_active"},
		"view in a view":             {simple("/OpenAction << /S /GoTo /D << /S /GoTo >> >>"), "upload_pdf_active"},
		"view that is there twice":   {bytes.Replace(simple("/OpenAction 5 0 R", "<< /S /GoTo >>", "<< /S /URI >>"), []byte("6 0 obj"), []byte("5 0 obj"), 1), "upload_pdf_active"},
		"view that is not there":     {simple("/OpenAction 99 0 R"), "upload_pdf_active"},
		"further actions":            {simple("/AA << /WC 5 0 R >>"), "upload_pdf_active"},
		"starts a program":           {simple("", "<< /S /Launch /F (cmd.exe) >>"), "upload_pdf_active"},
		"holds a file":               {simple("/Names << /EmbeddedFiles 5 0 R >>"), "upload_pdf_active"},
		"rich media":                 {simple("", "<< /Subtype /RichMedia >>"), "upload_pdf_active"},
		"form of scripts":            {simple("/AcroForm << /XFA 5 0 R >>"), "upload_pdf_active"},
		"in an object stream":        {packed("/Filter /FlateDecode", deflated([]byte("5 0 "+script))), "upload_pdf_active"},
		"in a plain object stream":   {packed("", []byte("5 0 "+script)), "upload_pdf_active"},
		"object stream, odd filter":  {packed("/Filter /LZWDecode", []byte("anything")), "upload_pdf_broken"},
		"object stream, two filters": {packed("/Filter [/ASCIIHexDecode /FlateDecode]", []byte("00")), "upload_pdf_broken"},
		"object stream, cut":         {packed("/Filter /FlateDecode", deflated([]byte(strings.Repeat("5 0 null ", 999)))[:40]), "upload_pdf_broken"},
		"object stream, comment": {bytes.Replace(packed("/Filter /FlateDecode", deflated([]byte("5 0 "+script))), []byte(">>\nstream\n"), []byte(">>%\nstream \r\n"), 1),
			"upload_pdf_active"},
		"object within a stream": {newPaper().object("<< /Type /Catalog /Pages 2 0 R >>").object("<< /Type /Page >>").
			stream("", []byte("9 0 obj << /Type /Action >> endobj")).end(), "upload_pdf_active"},
		"script within a stream": {newPaper().object("<< /Type /Catalog >>").object("<< /Type /Page >>").stream("", []byte("<< /S /JavaScript >>")).end(), "upload_pdf_active"},
		"encrypted": {func() []byte {
			p := newPaper()
			p.trailer = "/Encrypt 5 0 R"
			return p.object("<< /Type /Page >>").end()
		}(), "upload_pdf_locked"},
		"length that lies": {bytes.Replace(simple(""), []byte("/Length "), []byte("/Length 1"), 1), "upload_pdf_broken"},
		"length of two":    {simple("", "<< /Length 6 0 R >>\nstream\nab\nendstream", "2", "3"), ""},
		"length ambiguous": {bytes.Replace(simple("", "<< /Length 6 0 R >>\nstream\nab\nendstream", "2", "3"), []byte("7 0 obj"), []byte("6 0 obj"), 1),
			"upload_pdf_broken"},
		"bomb":                 {newPaper().object("<< /Type /Page >>").stream("/Filter /FlateDecode", deflated(make([]byte, maxInflated+1))).end(), "upload_pdf_bomb"},
		"bomb in many":         {manyStreams(deflated(make([]byte, 8<<20)), 25), "upload_pdf_bomb"},
		"bomb of bombs":        {newPaper().object("<< /Type /Page >>").stream("/Filter [/FlateDecode /FlateDecode]", deflated(nil)).end(), "upload_pdf_bomb"},
		"too many pages":       {pages.end(), "upload_pdf_pages"},
		"no pages":             {newPaper().object("<< /Type /Catalog >>").end(), "upload_pdf_broken"},
		"ZIP behind it":        {append(simple(""), zip...), "upload_pdf_two"},
		"ZIP within it":        {simple("", "("+zip+")"), "upload_pdf_two"},
		"page of a browser":    {simple("", "(<sCript>alert(1)</script>)"), "upload_pdf_two"},
		"PHP":                  {simple("", "(<?php system('x');)"), "upload_pdf_two"},
		"truncated":            {simple("")[:300], "upload_pdf_broken"},
		"only a header":        {[]byte("%PDF-1.7\n"), "upload_pdf_broken"},
		"something before it":  {append([]byte("GIF89a"), simple("")...), "upload_type"},
		"no version":           {bytes.Replace(simple(""), []byte("%PDF-1.7"), []byte("%PDF-x.y"), 1), "upload_pdf_broken"},
		"a view when opened":   {simple("/OpenAction [3 0 R /Fit]"), ""},
		"goes to a page":       {simple("/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"), ""},
		"goes by reference":    {simple("/OpenAction 5 0 R", "<< /Type /Action /S /GoTo /D [3 0 R /XYZ null null 0] >>"), ""},
		"a place by reference": {simple("/OpenAction 5 0 R", "[3 0 R /Fit]"), ""},
		"an ordinary one":      {simple(""), ""},
		"words about a script": {simple("", "(about JavaScript and streams)"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := taken(c.data)
			if c.code == "" {
				require.NoError(t, err)
				require.Equal(t, c.data, k.Data)
				require.Equal(t, "application/pdf", k.Type)
				require.Equal(t, 1, k.Pages)
				return
			}
			require.ErrorIs(t, err, problem.New(problem.Invalid, c.code))
			require.Empty(t, k.Data)
		})
	}
}

func manyStreams(content []byte, n int) []byte {
	p := newPaper().object("<< /Type /Page >>")
	for range n {
		p.stream("/Filter /FlateDecode", content)
	}
	return p.end()
}

func TestPagesInAnObjectStreamAreCounted(t *testing.T) {
	k, err := taken(newPaper().object("<< /Type /Catalog >>").stream("/Type /ObjStm /N 2 /First 9 /Filter /FlateDecode",
		deflated([]byte("3 0 4 22 << /Type /Page >> << /Type/Page >>"))).end())
	require.NoError(t, err)
	require.Equal(t, 2, k.Pages)
}

// A PDF has no place for a portrait or a data page.
func TestPDFOnlyWhereOneIsTaken(t *testing.T) {
	_, err := NewTaker(uuid.New, 1).Take(noContext(), "portrait", simple(""))
	require.ErrorIs(t, err, problem.New(problem.Invalid, "upload_type_image"))
}

// Work grows with the length, whatever is repeated: each of these would take minutes where it grew with the square.
func TestHostilePDFTakesLinearWork(t *testing.T) {
	for _, unit := range []string{"/Length%", "/", "1 0 obj ", "stream", "<<", " stream\n", "/Type ", "#", "%", "<", "1 ", "endstream ", "/OpenAction%"} {
		body := append([]byte("%PDF-1.7\n1 0 obj\n"), bytes.Repeat([]byte(unit), (4<<20)/len(unit))...)
		_, err := taken(append(body, "\nstartxref\n0\n%%EOF"...))
		require.Error(t, err, unit)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(simple(""))
	f.Add(simple("/OpenAction [3 0 R /Fit]", "<< /Length 6 0 R >>\nstream\nab\nendstream", "2"))
	f.Add(manyStreams(deflated([]byte("x")), 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := taken(data)
		if err != nil {
			require.Equal(t, problem.Invalid, problem.KindOf(err))
			require.Empty(t, k.Data)
			return
		}
		if k.Type == "application/pdf" {
			require.NotContains(t, string(k.Data), "/JavaScript")
			require.NotContains(t, string(k.Data), "/Launch")
		}
	})
}
