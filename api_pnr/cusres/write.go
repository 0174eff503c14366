package cusres

import (
	"errors"
	"fmt"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/paxlst"
)

// The bounds of the guide: flights of a message, verdicts of a message, characters of one part of a text.
const (
	mostFlights  = 10
	mostVerdicts = 9999
	textPart     = 512
)

// Write writes an answer in an interchange of its own, strictly by the guide: an answer about a traveller without his reference, or
// without a code of two characters, is an error. now is the time of UNB.
func Write(m apipnr.Message, now time.Time) ([]byte, error) {
	code, ok := map[apipnr.Function]string{apipnr.Answer: "962", apipnr.StatusChange: "132", apipnr.Acknowledgement: "312"}[m.Function]
	if !ok {
		return nil, fmt.Errorf("write CUSRES: function %q: expected an answer, a change of status or an acknowledgement", m.Function)
	}
	if len(m.Flights) > mostFlights || len(m.Answers) > mostVerdicts {
		return nil, fmt.Errorf("write CUSRES: %d flights, %d answers: expected at most %d and %d",
			len(m.Flights), len(m.Answers), mostFlights, mostVerdicts)
	}
	m.Type = apipnr.CUSRES
	header := edifact.HeaderOf(m, now)
	header.Lenient = true // references are repeated as they were sent
	w := edifact.NewWriter(header)
	w.Begin(edifact.MessageHeaderOf(m, "D:05B"))
	w.Segment(tagBGM, edifact.E(code))
	if m.Transaction != "" {
		w.Segment(tagRFF, edifact.E("TN", m.Transaction, "", "", m.Revision))
	}
	for _, f := range m.Flights {
		writeFlight(w, f)
	}
	for i, v := range m.Answers {
		if err := writeVerdict(w, v); err != nil {
			return nil, fmt.Errorf("write CUSRES: answer %d: %w", i+1, err)
		}
	}
	w.End()
	return w.Bytes()
}

func writeFlight(w *edifact.Writer, f apipnr.Flight) {
	w.Segment(tagRFF, edifact.E("AF", f.Carrier+f.Number+f.Suffix))
	for _, t := range [...]struct {
		qualifier string
		at        apipnr.LocalTime
	}{{"189", f.Departure}, {"232", f.Arrival}} {
		if !t.at.IsZero() {
			value, format := paxlst.Time(t.at)
			w.Segment(tagDTM, edifact.E(t.qualifier, value, format))
		}
	}
	if f.Origin != "" {
		w.Segment(tagLOC, edifact.E("125"), edifact.E(f.Origin))
	}
	if f.Destination != "" {
		w.Segment(tagLOC, edifact.E("87"), edifact.E(f.Destination))
	}
}

func writeVerdict(w *edifact.Writer, v apipnr.Verdict) error {
	level := "2"
	switch {
	case v.Whole:
		level = "1"
	case v.Ref == "" && v.Locator == "":
		return errors.New("expected the passenger's reference or locator: the carrier matches on it")
	}
	if len(v.Code) != 2 {
		return fmt.Errorf("code %q: expected two characters", v.Code)
	}
	w.Segment(tagERP, edifact.E(level))
	if v.Locator != "" {
		w.Segment(tagRFF, edifact.E("AVF", v.Locator))
	}
	if v.Ref != "" {
		w.Segment(tagRFF, edifact.E("ABO", v.Ref))
	}
	w.Segment(tagERC, edifact.E(v.Code))
	if v.Text != "" {
		w.Segment(tagFTX, edifact.E("AAP"), nil, nil, textParts(v.Text))
	}
	return nil
}

// textParts cuts a text into components between words, else between characters.
func textParts(text string) edifact.Element {
	var parts edifact.Element
	for len(text) > textPart {
		at := strings.LastIndexByte(text[:textPart+1], ' ')
		if at <= 0 {
			for at = textPart; at > 0 && text[at]&0xC0 == 0x80; at-- {
			}
		}
		parts = append(parts, text[:at])
		text = strings.TrimLeft(text[at:], " ")
	}
	return append(parts, text)
}
