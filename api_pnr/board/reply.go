package board

import (
	"cmp"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/cusres"
)

// Wire is how the carrier writes, so that he is answered in the same way: separators, syntax, groups, names.
type Wire struct {
	Syntax     string            `json:"syntax"`
	Version    string            `json:"version"`
	Sender     string            `json:"sender"`    // the carrier, as he calls himself
	Recipient  string            `json:"recipient"` // the State, as he calls it
	Separators apipnr.Separators `json:"separators"`
	Announced  bool              `json:"announced,omitempty"`
	Grouped    bool              `json:"grouped,omitempty"`
	Agency     string            `json:"agency,omitempty"`
	Assigned   string            `json:"assigned,omitempty"`
}

func wireOf(m apipnr.Message) Wire {
	return Wire{
		Syntax: m.Syntax, Version: m.Version, Sender: m.Sender, Recipient: m.Recipient, Separators: m.Separators, Announced: m.Announced,
		Grouped: m.Grouped, Agency: m.Agency, Assigned: m.Assigned,
	}
}

// write writes an answer or a change of status. list is what it answers, as far as it is known.
func (o *Office) write(list apipnr.Message, f apipnr.Function, verdicts []apipnr.Verdict) ([]byte, error) {
	m := cusres.Reply(list, verdicts)
	m.Function = f
	m.Sender = cmp.Or(m.Sender, o.Policy.Authority)
	return cusres.Write(m, o.Now())
}

// again is a list of which only how it was written is known.
func again(n Notice) apipnr.Message {
	w := n.Wire
	return apipnr.Message{
		Version: w.Version, Syntax: w.Syntax, Sender: cmp.Or(w.Sender, n.Carrier), Recipient: w.Recipient, Interchange: noticeReference(n),
		Reference: "1", Transaction: n.Transaction, Revision: n.Revision, Flights: []apipnr.Flight{n.Flight}, Separators: w.Separators,
		Announced: w.Announced, Grouped: w.Grouped, Agency: w.Agency, Assigned: w.Assigned,
	}
}

// noticeReference is the reference of a notice's interchange: 14 characters at most (UN/EDIFACT 0020).
func noticeReference(n Notice) string { return n.ID.String()[24:36] }

// told are the answers of a message, each with its traveller's reference or locator. Those whom the carrier gave neither cannot be told
// apart by him: the gravest of their answers is that of the message as a whole.
func told(asked []Asked, answers []Answered) []apipnr.Verdict {
	var list []apipnr.Verdict
	var whole *Answered
	for n, a := range answers {
		ref, locator := asked[n].Ref, asked[n].Locator
		if ref[0] == '#' {
			ref = ""
		}
		switch {
		case ref != "" || locator != "":
			list = append(list, apipnr.Verdict{Ref: ref, Locator: locator, Code: a.Words.Code, Text: a.Words.Text})
		case whole == nil || a.Ruling.Decision.gravity() > whole.Ruling.Decision.gravity():
			whole = &answers[n]
		}
	}
	if whole != nil {
		list = append([]apipnr.Verdict{{Whole: true, Code: whole.Words.Code, Text: whole.Words.Text}}, list...)
	}
	return list
}
