package listfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// Read reads a list file. A file that cannot be read to its end is an error and gives no alerts at all, since half a list would take the
// other half out of force: problem.Error of kind Invalid, with the line where there is one. Everything smaller is in File.Refused and
// File.Notes.
func Read(from io.Reader, o Options) (File, error) {
	r, err := newReading(o)
	if err != nil {
		return File{}, err
	}
	in := bufio.NewReaderSize(r.bounded(from), 256<<10)
	head, err := in.Peek(HeadLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return File{}, r.broken(0, err)
	}
	if r.o.Format == "" {
		r.o.Format = Detect(o.Name, head)
	}
	r.file.Format = r.o.Format
	if len(head) == 0 {
		return File{}, problem.New(problem.Invalid, "listfile.empty").At("file")
	}
	if err := r.read(in); err != nil {
		return File{}, err
	}
	r.file.Counts = count(r.file)
	return r.file, nil
}

func newReading(o Options) (*reading, error) {
	if !ValidList(o.List) {
		return nil, problem.New(problem.Invalid, "listfile.list").At("list").With("list", o.List)
	}
	o.Limits = o.Limits.complete()
	if o.Action == "" {
		o.Action = alerts.ActionRefuse
	}
	if !o.Action.Valid() {
		return nil, problem.New(problem.Invalid, "listfile.action").At("action").With("action", string(o.Action))
	}
	return &reading{o: o, seen: map[string]bool{}, file: File{Alerts: []alerts.Alert{}}}, nil
}

// ValidList reports whether a text can be the id of a list: a-z, 0-9 and "-", at most 32 of them.
func ValidList(id string) bool {
	return id != "" && len(id) <= 32 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func (l Limits) complete() Limits {
	d := DefaultLimits()
	if l.Bytes <= 0 {
		l.Bytes = d.Bytes
	}
	if l.Entries <= 0 {
		l.Entries = d.Entries
	}
	if l.Field <= 0 {
		l.Field = d.Field
	}
	if l.Nodes <= 0 {
		l.Nodes = d.Nodes
	}
	return l
}

// reading is a file while it is read.
type reading struct {
	o    Options
	file File
	seen map[string]bool // ids
}

func (r *reading) read(in *bufio.Reader) error {
	switch r.o.Format {
	case OFACCSV:
		return r.readOFAC(in)
	case OwnCSV:
		return r.readOwnCSV(in)
	case OwnJSON:
		return r.readOwnJSON(in)
	case EUCSV:
		return r.readEU(in)
	case UKCSV:
		return r.readUK(in)
	case OFACXML:
		return r.readOFACXML(in)
	case OFACAdvancedXML:
		return r.readAdvanced(in)
	case UNXML:
		return r.readUN(in)
	}
	return problem.New(problem.Invalid, "listfile.format").At("file").With("name", r.o.Name)
}

// bounded is a reader that fails beyond the bound of a file.
func (r *reading) bounded(from io.Reader) io.Reader {
	return &boundedReader{from: from, left: r.o.Limits.Bytes}
}

type boundedReader struct {
	from io.Reader
	left int64
}

var errTooBig = problem.New(problem.Invalid, "listfile.too_big").At("file")

func (b *boundedReader) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooBig
	}
	return n, err
}

// broken is the error of a file that ends or breaks at a line.
func (r *reading) broken(line int, cause error) error {
	var told *problem.Error
	if errors.As(cause, &told) {
		return told
	}
	return problem.New(problem.Invalid, "listfile.broken").At("file").With("line", line).Because(cause)
}

// refuse tells that something could not be read.
func (r *reading) refuse(line int, where, code, detail, raw string) {
	r.file.Refused = append(r.file.Refused, Refused{Line: line, Where: where, Code: code, Detail: detail, Raw: bounded(raw)})
}

// bounded is the beginning of a text.
func bounded(raw string) string {
	n := 0
	for i := range raw {
		if n++; n > RawLength {
			return strings.ToValidUTF8(raw[:i], "\ufffd") + "…"
		}
	}
	return strings.ToValidUTF8(raw, "\ufffd")
}

// note tells what of the file was understood only partly.
func (r *reading) note(line int, code, value string) {
	r.file.Notes = append(r.file.Notes, Note{Line: line, Field: "file", Code: code, Value: bounded(value)})
}

// asOf takes the day of the list, where it can be read.
func (r *reading) asOf(line int, text string, read func(string) (traveldoc.Date, bool)) {
	if text == "" {
		return
	}
	day, ok := read(text)
	if !ok {
		r.note(line, NoteDate, text)
		return
	}
	r.file.AsOf = day
}

// add takes an entry over, unless it names nobody or came before. It is an error when the file has too many.
func (r *reading) add(line int, a alerts.Alert, raw string) error {
	switch {
	case a.ID == "":
		r.refuse(line, "id", RefusedNoID, "expected an id", raw)
		return nil
	case len(a.ID) > maxID || strings.ContainsFunc(a.ID, func(c rune) bool { return c <= ' ' || c == '/' || c == 0x7f || c == 0xfffd }):
		r.refuse(line, "id", RefusedNoID, "expected an id of at most 100 bytes without spaces and slashes", raw)
		return nil
	case r.seen[a.ID]:
		r.refuse(line, "id", RefusedTwice, "expected every id once: "+bounded(a.ID), raw)
		return nil
	case !namesSomething(a.Subject):
		r.refuse(line, "name", RefusedNoSubject, "expected a name, the number of a document, or a vehicle", raw)
		return nil
	case len(r.file.Alerts) >= r.o.Limits.Entries:
		return problem.New(problem.Invalid, "listfile.entries").At("file").With("line", line).With("n", r.o.Limits.Entries)
	}
	r.seen[a.ID] = true
	r.file.Alerts, r.file.Lines = append(r.file.Alerts, a), append(r.file.Lines, line)
	return nil
}

// maxID bounds an id, in bytes.
const maxID = 100

func namesSomething(s alerts.Subject) bool {
	return len(s.Names) > 0 || len(s.Documents) > 0 || len(s.Vehicles) > 0 || len(s.Prints) > 0
}

func errExpected(expected, found string) error {
	return fmt.Errorf("expected the element %q, not %q", expected, bounded(found))
}
