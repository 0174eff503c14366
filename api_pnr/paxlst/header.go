package paxlst

import (
	"fmt"
	"strconv"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// begin reads BGM: what the message is for.
func (r *reader) begin() {
	r.seen.bgm = true
	name, code := r.text(0, 0), strings.ToUpper(r.text(1, 0))
	function, known := functionOf(name, code)
	r.out.Function = function
	if !known {
		r.report(apipnr.CodeQualifier, apipnr.Warning, 1, 0, fmt.Sprintf("BGM %s with %q is not known", name, code))
	}
	r.action = actionOf(name, code)
}

// functionOf is the function of BGM 1001 and 1004; false when the pair is not known.
func functionOf(name, code string) (apipnr.Function, bool) {
	switch name {
	case "745":
		switch code {
		case "":
			return apipnr.List, true
		case "CP":
			return apipnr.Change, true
		case "XR":
			return apipnr.Cancel, true
		case "RP":
			return apipnr.Reduce, true
		}
		return apipnr.List, false
	case "266":
		return statusOf(code)
	case "250":
		return apipnr.CrewList, crewCode(code)
	case "336":
		return apipnr.MasterCrewList, crewCode(code)
	case "655":
		return apipnr.GatePass, true
	}
	return apipnr.Unknown, false
}

// statusOf is the function of a flight status.
func statusOf(code string) (apipnr.Function, bool) {
	switch code {
	case "CL":
		return apipnr.Close, true
	case "CLOB":
		return apipnr.CloseOnBoard, true
	case "CLNB":
		return apipnr.CloseNotBoard, true
	case "XF":
		return apipnr.CancelFlight, true
	case "CF":
		return apipnr.ChangeFlight, true
	}
	return apipnr.Unknown, false
}

// crewCode reports whether a crew list's code is known: kinds of flights, with a second C for a change, and acts on a master list.
func crewCode(code string) bool {
	switch code {
	case "", "A", "B", "BC", "C", "CC", "D", "E", "EC", "F", "FC", "G", "H", "I":
		return true
	}
	return false
}

// actionOf is what a crew list's code asks of each person in it.
func actionOf(name, code string) string {
	if name != "250" && name != "336" {
		return ""
	}
	switch code {
	case "G":
		return "add"
	case "H":
		return "delete"
	case "I", "BC", "CC", "EC", "FC":
		return "change"
	}
	return ""
}

// rff reads a reference: of the message before the first trigger, of the traveller behind NAD.
func (r *reader) rff() {
	qualifier := r.text(0, 0)
	if r.t != nil || qualifier == "ABO" && r.first() {
		r.rffOfTraveller(qualifier)
		return
	}
	switch qualifier {
	case "TN":
		r.out.Transaction, r.out.Revision = r.text(0, 1), r.text(0, 4)
	default:
		r.unplaced(apipnr.Info)
	}
}

// com reads numbers and addresses of the current NAD: each element one.
func (r *reader) com() {
	if r.party == nil {
		if r.t == nil {
			r.unplaced(apipnr.Warning)
			return
		}
		r.t.Contact = &apipnr.Contact{}
		r.party = r.t.Contact
	}
	for e := range r.s.Elements() {
		value, kind := r.text(e, 0), r.text(e, 1)
		if value == "" {
			continue
		}
		if kind == "EM" || (kind != "TE" && strings.Contains(value, "@")) {
			r.party.Emails = append(r.party.Emails, value)
		} else {
			r.party.Phones = append(r.party.Phones, value)
		}
		if r.t != nil {
			r.origin(apipnr.FieldContact, e, e, 0)
		}
	}
}

// cnt reads a count of the flight. It may stand in the wrong element.
func (r *reader) cnt() {
	r.endTraveller()
	r.in = header
	r.seen.cnt = true
	qualifier, sent := r.text(0, 0), r.text(0, 1)
	if sent == "" {
		sent = r.text(1, 0)
	}
	n, err := strconv.Atoi(sent)
	if err != nil || n < 0 {
		r.report(apipnr.CodeNumber, apipnr.Warning, 0, 1, fmt.Sprintf("count %q is no number", sent))
		return
	}
	switch qualifier {
	case "41":
		r.out.Declared.Crew = &n
	case "42", "43":
		r.out.Declared.Passengers = &n
	default:
		r.unplaced(apipnr.Info)
	}
}
