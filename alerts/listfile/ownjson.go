package listfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// readOwnJSON reads alerts as the program writes them: {"as_of": "2026-11-22", "alerts": [...]}, or the array alone. Schema tells the form.
func (r *reading) readOwnJSON(in io.Reader) error {
	j := &jsonFile{reading: r, lines: lineCounter{in: in}}
	j.Decoder = json.NewDecoder(&j.lines)
	first, err := j.Token()
	switch {
	case err != nil:
		return j.broken(err)
	case first == json.Delim('['):
		err = j.alerts()
	case first == json.Delim('{'):
		err = j.object()
	default:
		err = j.broken(errors.New("expected an object or an array"))
	}
	if err != nil {
		return err
	}
	if _, err := j.Token(); !errors.Is(err, io.EOF) {
		return j.broken(errors.New("expected nothing behind the list"))
	}
	return nil
}

// jsonFile is a file of alerts while it is read.
type jsonFile struct {
	*json.Decoder
	*reading
	lines lineCounter
}

func (j *jsonFile) broken(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	offset := j.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = max(offset, syntax.Offset)
	}
	return j.reading.broken(j.lines.at(offset), err)
}

// object reads the members of the file.
func (j *jsonFile) object() error {
	for j.More() {
		name, err := j.Token()
		if err != nil {
			return j.broken(err)
		}
		switch name {
		case "alerts":
			if open, err := j.Token(); err != nil || open != json.Delim('[') {
				return j.broken(errors.Join(err, errors.New("alerts: expected an array")))
			}
			err = j.alerts()
		case "as_of":
			var day traveldoc.Date
			if err = j.Decode(&day); err == nil {
				j.file.AsOf = day
			}
		default:
			err = j.unknown(name)
		}
		if err != nil {
			return j.broken(err)
		}
	}
	if _, err := j.Token(); err != nil {
		return j.broken(err)
	}
	return nil
}

// unknown takes a member that the form does not have: what File carries beside the alerts is passed over, anything else is refused.
func (j *jsonFile) unknown(name json.Token) error {
	line := j.lines.at(j.InputOffset())
	var value json.RawMessage
	if err := j.Decode(&value); err != nil {
		return err
	}
	switch name {
	case "$schema", "format", "counts", "refused", "notes":
		return nil
	}
	text, _ := name.(string)
	j.refuse(line, text, RefusedUnexpected, "expected as_of or alerts", string(value[:min(len(value), RawLength)]))
	return nil
}

// alerts reads the alerts of an open array and its end.
func (j *jsonFile) alerts() error {
	for j.More() {
		var value json.RawMessage
		if err := j.Decode(&value); err != nil {
			return j.broken(err)
		}
		line := j.lines.at(j.InputOffset() - int64(len(value)))
		if err := j.alert(line, value); err != nil {
			return err
		}
	}
	if _, err := j.Token(); err != nil {
		return j.broken(err)
	}
	return nil
}

// alert reads one alert. One that says something that is not understood is refused, not read in part.
func (j *jsonFile) alert(line int, value json.RawMessage) error {
	raw := string(value[:min(len(value), RawLength*2)])
	if len(value) > 4*j.o.Limits.Field {
		j.refuse(line, "alert", RefusedTooLong, errTooLong.Error(), raw)
		return nil
	}
	var a alerts.Alert
	strict := json.NewDecoder(bytes.NewReader(value))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&a); err != nil {
		j.refuse(line, "alert", RefusedValue, err.Error(), raw)
		return nil
	}
	if a.List != "" && a.List != j.o.List {
		j.refuse(line, "list", RefusedValue, "expected "+j.o.List+" or nothing", raw)
		return nil
	}
	a.List, a.Version = j.o.List, 0
	if bad := codes(a); len(bad) > 0 {
		for _, f := range bad {
			j.refuse(line, f.where, f.code, f.detail, raw)
		}
		return nil
	}
	return j.add(line, a, raw)
}

// lineCounter tells in which line a byte of a file stands. Questions come in the order of the file.
type lineCounter struct {
	in     io.Reader
	read   int64
	breaks []int64 // places of line breaks that were not asked for yet
	passed int     // line breaks before them
}

func (l *lineCounter) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.breaks = append(l.breaks, l.read+int64(i))
		}
	}
	l.read += int64(n)
	return n, err
}

// at is the line of a byte, from 1.
func (l *lineCounter) at(offset int64) int {
	n := 0
	for n < len(l.breaks) && l.breaks[n] < offset {
		n++
	}
	l.breaks, l.passed = l.breaks[n:], l.passed+n
	return l.passed + 1
}
