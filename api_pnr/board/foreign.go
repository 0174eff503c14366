package board

import (
	"cmp"
	"context"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// asksFor is the carrier of a flight in whose name a door asks: the one that sells the flight, else the one that flies it. False when
// the door may speak for neither.
func (o *Office) asksFor(door string, f apipnr.Flight) (string, bool) {
	carriers := []string{f.Carrier}
	if f.Operating != nil {
		carriers = append(carriers, f.Operating.Carrier)
	}
	for _, c := range carriers {
		if c != "" && (c == door || o.SpeaksFor != nil && o.SpeaksFor(door, c)) {
			return c, true
		}
	}
	return "", false
}

// What a question about another carrier's flight is answered with where the policy has no words for it.
const (
	refusedCode = "9Z"
	refusedText = "FLIGHT OF ANOTHER CARRIER, NOT ANSWERED"
)

// refuse answers a question about another carrier's flight: an error of the message as a whole. Nothing is asked, kept or told of any
// traveller; the message itself is kept as everything that comes.
func (o *Office) refuse(ctx context.Context, e apipnr.Envelope, m apipnr.Message) ([]byte, error) {
	o.Log.WarnContext(ctx, "question about another carrier's flight refused", "carrier", e.Carrier, "envelope", e.ID)
	return o.write(m, apipnr.Answer, []apipnr.Verdict{{
		Whole: true, Code: cmp.Or(o.Policy.Refused.Code, refusedCode), Text: cmp.Or(o.Policy.Refused.Text, refusedText),
	}})
}
