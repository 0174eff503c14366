// Package pnrxml reads reservations as carriers push them in XML (IATA/WCO/ICAO PNRGOV XML Implementation Guide, IATA_PNRGOV_NotifRQ). Which
// attributes the schema has is known from messages, not from the schema: names are compared without capitals and underscores, and what is
// not known is reported.
//
// It must never hold more of a document than one reservation at a time beside what it read, never follow an entity or a reference out of
// the document, and never let the number of a payment card out.
package pnrxml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// rootName is the root element, as key gives it.
const rootName = "iatapnrgovnotifrq"

// Sniff reports whether a body looks like XML.
func Sniff(body []byte) bool {
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 1 && body[0] == '<' && (body[1] == '?' || body[1] == '!' || body[1] == ':' || body[1] == '_' ||
		body[1] >= 'A' && body[1] <= 'Z' || body[1] >= 'a' && body[1] <= 'z')
}

// Read reads the messages of a body, of which there is mostly one. It never fails: what cannot be read is in the diagnostics. Segment numbers
// are those of elements, from 1.
func Read(body []byte) (messages []apipnr.Message, outside []apipnr.Diagnostic) {
	text, other := decoded(body)
	r := &reader{stream: stream{text: text}, size: len(body)}
	r.start(0)
	if other {
		r.outside = append(r.outside, apipnr.Diagnostic{
			Code: apipnr.CodeCharset, Severity: apipnr.Info, Message: "text is not in the character set that it declares",
		})
	}
	for {
		token, offset, err := r.next()
		if err != nil {
			r.ended(err, offset)
			return r.messages, r.outside
		}
		if start, ok := token.(xml.StartElement); ok && key(start.Name.Local) == rootName {
			r.begin(start, offset)
			if err := r.message(); err != nil {
				r.broken(err)
				return r.messages, r.outside
			}
			r.close(false)
		}
	}
}

// reader is a document while it is read.
type reader struct {
	stream
	size     int
	messages []apipnr.Message
	outside  []apipnr.Diagnostic
	out      apipnr.Message
	total    int // elements kept
}

// begin opens a message.
func (r *reader) begin(start xml.StartElement, offset int) {
	root := r.node(start, offset)
	r.out = apipnr.Message{
		Type: apipnr.PNRGOV, Version: root.attr("version"), Function: apipnr.Unknown, Syntax: "xml",
		Interchange: root.attr("transactionidentifier", "echotoken", "correlationid"), Part: apipnr.Part{Number: 1, First: true, Last: true},
		Flights: []apipnr.Flight{}, Travellers: []apipnr.Traveller{}, Reservations: []apipnr.Reservation{},
		Diagnostics: []apipnr.Diagnostic{}, Start: offset,
	}
	r.report(root, apipnr.CodeQualifier, apipnr.Info,
		"the message does not say whether it is all reservations of the flight or those that changed")
}

func (r *reader) close(truncated bool) {
	r.out.Truncated = truncated
	r.out.Segments = r.number
	r.out.End = r.text.origin(r.at())
	if len(r.out.Flights) == 0 {
		r.out.Diagnostics = append(r.out.Diagnostics, apipnr.Diagnostic{
			Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: r.out.Start,
			Message: "FlightLeg expected: the flight that is pushed is not known",
		})
	}
	if n := r.out.Declared.Reservations; n != nil && *n != len(r.out.Reservations) {
		r.out.Diagnostics = append(r.out.Diagnostics, apipnr.Diagnostic{
			Code: apipnr.CodeCount, Severity: apipnr.Info, Offset: r.out.Start,
			Message: "NumberOfPnrs " + strconv.Itoa(*n) + ", reservations " + strconv.Itoa(len(r.out.Reservations)),
		})
	}
	r.messages = append(r.messages, r.out)
}

// ended says how a document ended without a message being open.
func (r *reader) ended(err error, offset int) {
	switch {
	case !errors.Is(err, io.EOF):
		r.outside = append(r.outside, apipnr.Diagnostic{
			Code: "xml_syntax", Severity: apipnr.Failure, Offset: min(offset, r.size), Message: "not well-formed: " + err.Error(),
		})
	case len(r.messages) == 0:
		r.outside = append(r.outside, apipnr.Diagnostic{
			Code: apipnr.CodeSegmentMissing, Severity: apipnr.Failure, Message: "IATA_PNRGOV_NotifRQ expected: no message",
		})
	}
}

// broken closes a message that ends before its end: what is complete is kept.
func (r *reader) broken(err error) {
	r.fault(err, r.at())
	r.close(true)
}

// fault says why something could not be read.
func (r *reader) fault(err error, at int) {
	code, text := apipnr.CodeTruncated, "the document ends within the message"
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, errBound):
		code, text = apipnr.CodeLimit, "more elements than are read: what follows is left out"
	case errors.As(err, &syntax) && !strings.Contains(syntax.Msg, "EOF"):
		code, text = "xml_syntax", "not well-formed: "+syntax.Msg
	case errors.Is(err, errClosed), errors.Is(err, errNested):
		code, text = "xml_syntax", "not well-formed: "+err.Error()
	}
	r.out.Diagnostics = append(r.out.Diagnostics, apipnr.Diagnostic{
		Code: code, Severity: apipnr.Failure, Segment: r.number, Offset: min(r.text.origin(at), r.size), Message: text,
		Record: len(r.out.Reservations) + 1,
	})
}

// message reads the children of the root one by one.
func (r *reader) message() error {
	depth := 1
	for depth > 0 {
		token, offset, err := r.next()
		if err != nil {
			if r.leave(err) {
				continue
			}
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			if r.container(t, offset) {
				depth++
				continue
			}
			err := r.part(t, offset)
			if err != nil && !r.leave(err) {
				return err
			}
		}
	}
	return nil
}

// leave leaves what is not well-formed behind, and goes on at the next reservation: one bad record does not cost the others. It is false
// when there is none.
func (r *reader) leave(err error) bool {
	at := r.at()
	if errors.Is(err, errBound) || len(r.out.Diagnostics) >= maxDiagnostics || !r.skip() {
		return false
	}
	r.fault(err, at)
	return true
}

// container opens PNRs, whose reservations are read one by one.
func (r *reader) container(t xml.StartElement, offset int) bool {
	if key(t.Name.Local) != "pnrs" {
		return false
	}
	if n, err := strconv.Atoi(r.node(t, offset).attr("numberofpnrs")); err == nil && n >= 0 {
		r.out.Declared.Reservations = &n
	}
	return true
}

// part reads one child of the root, or one reservation.
func (r *reader) part(t xml.StartElement, offset int) error {
	before := r.number
	n, err := r.tree(t, offset)
	if err != nil {
		return err
	}
	if r.total += r.number - before + 1; r.total > 10_000+r.size/maxUnits {
		return errBound
	}
	switch n.name {
	case "originator":
		r.out.Sender = strings.ToUpper(n.attr("airlinecode"))
	case "flightleg":
		f := r.flight(n, apipnr.CrossingLeg)
		if len(r.out.Flights) > 0 {
			f.Role = apipnr.OtherLeg
		}
		r.out.Flights = append(r.out.Flights, f)
	case "pnr":
		r.reservation(n)
	default:
		r.report(n, apipnr.CodeSegmentUnknown, apipnr.Warning, "element "+n.name+" is not known")
	}
	return nil
}

// maxDiagnostics is how many are kept of a message.
const maxDiagnostics = 1000

func (r *reader) report(n *node, code string, severity apipnr.Severity, text string) {
	if len(r.out.Diagnostics) < maxDiagnostics {
		r.out.Diagnostics = append(r.out.Diagnostics, apipnr.Diagnostic{
			Code: code, Severity: severity, Segment: n.number, Offset: n.offset, Message: text, Record: len(r.out.Reservations) + 1,
		})
	}
}

// origin is where a field was read.
func (n *node) origin(f apipnr.Field, item int) apipnr.Origin {
	return apipnr.Origin{Field: f, Item: uint16(item), Segment: uint32(n.number), Offset: uint32(n.offset)} //nolint:gosec // bounded by the body
}
