package pnrgov

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
)

// Responses of ACKRES (PADIS 4343; the values are those of the guide's examples, unverified).
const (
	responseProcessed = "3"
	responseRejected  = "7"
	functionResponse  = "23" // PADIS 1225
)

// ReadAcknowledgement gives what an ACKRES message says: one verdict about the whole message that its common access reference names, and
// one for each error. It never fails.
func ReadAcknowledgement(m *edifact.Message) apipnr.Message {
	out := m.Canonical()
	out.Function = apipnr.Acknowledgement
	var texts []string
	for s := range m.Segments() {
		switch s.Tag {
		case edifact.UNH, edifact.UNT, tagORG, tagTVL, tagEQN:
		case tagMSG:
			if code := strings.TrimSpace(s.Text(0, 1)); code != functionResponse {
				s.Report(apipnr.CodeQualifier, apipnr.Warning, 0, 1, 0, "function of the message: 23 (response) expected, found "+quoted(code))
			}
			out.Answers = append(out.Answers, apipnr.Verdict{Whole: true, Code: strings.TrimSpace(s.Text(1, 0)), Reference: m.Access})
		case tagERC:
			out.Answers = append(out.Answers, apipnr.Verdict{Whole: true, Code: strings.TrimSpace(s.Text(0, 0)), Reference: m.Access})
		case tagIFT:
			for i := 1; i < s.Elements(); i++ {
				texts = append(texts, strings.TrimSpace(s.Rest(i, 0)))
			}
		default:
			s.Report(apipnr.CodeSegmentUnknown, apipnr.Warning, -1, 0, 0, "segment is not known")
		}
	}
	if n := len(out.Answers); n > 0 {
		out.Answers[n-1].Text = strings.Join(texts, " ")
	} else {
		m.Report(apipnr.Diagnostic{Code: apipnr.CodeSegmentMissing, Severity: apipnr.Warning, Offset: m.Start,
			Message: "MSG expected: no response"})
	}
	m.Finish(&out)
	return out
}

// Response is what the State answers to a PNRGOV message, where carrier and State have agreed on it.
type Response struct {
	// Version is that of the message that is answered ("11:1"), Access its common access reference.
	Version, Access string
	Reference       string   // of this message
	Errors          []string // codes (PADIS 9321); none: processed
	Text            string
}

// Acknowledge writes an interchange with one ACKRES message.
func Acknowledge(h edifact.Header, a Response) ([]byte, error) {
	w := edifact.NewWriter(h)
	w.Begin(edifact.MessageHeader{
		Type: apipnr.ACKRES, Version: a.Version, Agency: "IA", Reference: a.Reference, Access: a.Access, Part: apipnr.Part{Number: 1,
			First: true, Last: true},
	})
	response := responseProcessed
	if len(a.Errors) > 0 {
		response = responseRejected
	}
	w.Segment(tagMSG, edifact.E("", functionResponse), edifact.E(response))
	for _, code := range a.Errors {
		w.Segment(tagERC, edifact.E(code))
	}
	if a.Text != "" {
		w.Segment(tagIFT, edifact.E("4"), edifact.E(a.Text))
	}
	w.End()
	return w.Bytes()
}
