package cusres

import (
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Reply is the answer (962) to a list: addressed back, in the list's separators, syntax, directory and grouping, with its references and
// the flights that cross the border. Verdicts that hold a reference of their own keep it.
func Reply(list apipnr.Message, verdicts []apipnr.Verdict) apipnr.Message {
	return back(list, apipnr.Answer, verdicts)
}

// Unsolicited is a change of status (132) about travellers of a list that was answered before.
func Unsolicited(list apipnr.Message, verdicts []apipnr.Verdict) apipnr.Message {
	return back(list, apipnr.StatusChange, verdicts)
}

// Acknowledge is a carrier's acknowledgement (312) of a change of status: it repeats its flights and verdicts.
func Acknowledge(status apipnr.Message) apipnr.Message {
	m := back(status, apipnr.Acknowledgement, status.Answers)
	m.Flights = slices.Clone(status.Flights)
	return m
}

func back(to apipnr.Message, function apipnr.Function, verdicts []apipnr.Verdict) apipnr.Message {
	m := apipnr.Message{
		Type: apipnr.CUSRES, Version: to.Version, Function: function, Syntax: to.Syntax, Sender: to.Recipient, Recipient: to.Sender,
		Interchange: to.Interchange, Reference: to.Reference, Access: to.Access, Part: apipnr.Part{Number: 1, First: true, Last: true},
		Transaction: to.Transaction, Revision: to.Revision, Flights: []apipnr.Flight{}, Travellers: []apipnr.Traveller{},
		Answers: slices.Clone(verdicts), Diagnostics: []apipnr.Diagnostic{},
		Separators: to.Separators, Announced: to.Announced, Grouped: to.Grouped, Agency: to.Agency, Assigned: to.Assigned,
	}
	for _, f := range to.Flights {
		if f.Role == apipnr.CrossingLeg {
			m.Flights = append(m.Flights, f)
		}
	}
	if len(m.Flights) == 0 {
		m.Flights = append(m.Flights, to.Flights...)
	}
	return m
}
