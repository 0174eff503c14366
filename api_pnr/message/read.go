// Package message is the front door of reading: it finds out what a body is, and gives each message of it to the reader of its type.
//
// It must never refuse a body as a whole because a part of it cannot be read.
package message

import (
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/cusres"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
	"github.com/openbmis/openbmis/api_pnr/pnrgov/pnrxml"
)

// Result is what a body holds.
type Result struct {
	Messages    []apipnr.Message    // in order; never nil
	Diagnostics []apipnr.Diagnostic // of what stands outside of messages; never nil
}

// Option changes how a body is read.
type Option func(*options)

type options struct{ limits edifact.Limits }

// WithLimits reads within other bounds than edifact.DefaultLimits.
func WithLimits(l edifact.Limits) Option { return func(o *options) { o.limits = l } }

// Read reads whatever a carrier sent: EDIFACT with or without a Type B envelope, or XML; several interchanges, groups and messages. It
// never fails: what cannot be read is among the diagnostics. What is read are parts of the body, not copies: it must not be changed
// afterwards.
func Read(body []byte, opts ...Option) Result {
	o := options{limits: edifact.DefaultLimits()}
	for _, option := range opts {
		option(&o)
	}
	if pnrxml.Sniff(body) && len(body) <= o.limits.Bytes {
		return readXML(body)
	}
	file := edifact.Read(body, o.limits)
	r := Result{Messages: make([]apipnr.Message, 0, len(file.Messages)), Diagnostics: file.Diagnostics}
	if r.Diagnostics == nil {
		r.Diagnostics = []apipnr.Diagnostic{}
	}
	for _, m := range file.Messages {
		r.Messages = append(r.Messages, read(m))
	}
	return r
}

// readXML reads a document of reservations.
func readXML(body []byte) Result {
	messages, outside := pnrxml.Read(body)
	return Result{Messages: append([]apipnr.Message{}, messages...), Diagnostics: append([]apipnr.Diagnostic{}, outside...)}
}

func read(m *edifact.Message) apipnr.Message {
	switch m.Type {
	case apipnr.PAXLST:
		return paxlst.Read(m)
	case apipnr.CUSRES:
		return cusres.Read(m)
	case apipnr.PNRGOV:
		return pnrgov.Read(m)
	case apipnr.ACKRES:
		return pnrgov.ReadAcknowledgement(m)
	default:
		return unknown(m)
	}
}

// unknown goes over a message of a type that nothing reads, so that its syntax is reported on.
func unknown(m *edifact.Message) apipnr.Message {
	c := m.Canonical()
	for range m.Segments() {
	}
	m.Report(apipnr.Diagnostic{
		Code: apipnr.CodeVersion, Severity: apipnr.Failure, Segment: 1, Offset: m.Start, Tag: "UNH", Message: "messages of this type are not read",
	})
	m.Finish(&c)
	return c
}
