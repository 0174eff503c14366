package edifact

import (
	"cmp"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// HeaderOf is the envelope of an interchange for one canonical message. Without separators it has the usual ones and announces them;
// without a syntax it is "UNOA:4".
func HeaderOf(m apipnr.Message, now time.Time) Header {
	h := Header{
		Separators: m.Separators, Announce: m.Announced, Syntax: cmp.Or(m.Syntax, "UNOA:4"), Sender: m.Sender, Recipient: m.Recipient,
		Prepared: now, Reference: m.Interchange,
	}
	if m.Separators == (apipnr.Separators{}) {
		h.Separators, h.Announce = DefaultSeparators(), true
	}
	if m.Grouped {
		h.Group = m.Type
	}
	return h
}

// MessageHeaderOf is UNH of a canonical message; version is that of a message that names none.
func MessageHeaderOf(m apipnr.Message, version string) MessageHeader {
	return MessageHeader{
		Type: m.Type, Version: cmp.Or(m.Version, version), Agency: cmp.Or(m.Agency, "UN"), Assigned: cmp.Or(m.Assigned, "IATA"),
		Reference: cmp.Or(m.Reference, m.Interchange), Access: m.Access, Part: m.Part,
	}
}
