package manifest

import (
	"cmp"
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// normalise fills Identity, Documents, Ref and Locator from what the sources tell, API first: it is nearer to the document.
func (p *Person) normalise(t Tools) {
	var a, r apipnr.Traveller
	if p.API != nil {
		a = *p.API
	}
	if p.PNR != nil {
		r = *p.PNR
	}
	name := a
	if a.Surname == "" && a.GivenNames == "" {
		name = r
	}
	nationality, _ := t.state(cmp.Or(a.Nationality, r.Nationality))
	p.Identity = traveldoc.Identity{
		Surname: capitals(name.Surname), GivenNames: capitals(name.GivenNames), Sex: cmp.Or(a.Sex, r.Sex), Nationality: nationality, BirthDate: a.BirthDate,
	}
	if a.BirthDate.IsZero() {
		p.Identity.BirthDate = r.BirthDate
	}
	p.Documents = t.documents(a.Documents, r.Documents)
	p.Ref, p.Locator = a.Ref, cmp.Or(a.Locator, r.Locator)
	if p.API == nil {
		p.Kind = cmp.Or(r.Kind, apipnr.Passenger)
	} else {
		p.Kind = cmp.Or(a.Kind, p.Kind, apipnr.Passenger)
	}
}

// SentNationality is the nationality as sent, and whether it is a code that is known (or nothing was sent).
func (p *Person) SentNationality(t Tools) (sent string, known bool) {
	if p.API != nil {
		sent = p.API.Nationality
	}
	if sent == "" && p.PNR != nil {
		sent = p.PNR.Nationality
	}
	_, known = t.state(sent)
	return sent, known || sent == ""
}

func capitals(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), " ")) }

func (t Tools) documents(lists ...[]apipnr.Document) []traveldoc.Document {
	var all []traveldoc.Document
	for _, list := range lists {
		for _, d := range list {
			if traveldoc.FoldNumber(d.Number) == "" {
				continue
			}
			issuer, _ := t.state(d.Issuer)
			n := traveldoc.Document{
				Code: strings.ToUpper(d.Type), Number: strings.ToUpper(strings.ReplaceAll(d.Number, " ", "")), IssuingState: issuer, ExpiryDate: d.Expiry,
			}
			all = addDocument(all, n)
		}
	}
	return all
}

// addDocument adds a document, or what is missing to one that is there.
func addDocument(all []traveldoc.Document, n traveldoc.Document) []traveldoc.Document {
	for i, d := range all {
		same := traveldoc.FoldNumber(d.Number) == traveldoc.FoldNumber(n.Number) && class(d.Code) == class(n.Code) &&
			(d.IssuingState == n.IssuingState || d.IssuingState == "" || n.IssuingState == "")
		if !same {
			continue
		}
		all[i].Code, all[i].IssuingState = cmp.Or(d.Code, n.Code), cmp.Or(d.IssuingState, n.IssuingState)
		if d.ExpiryDate.IsZero() {
			all[i].ExpiryDate = n.ExpiryDate
		}
		return all
	}
	return append(all, n)
}

// Normal is who a traveller of a list is and what he travels on, in the form in which persons are kept.
func (t Tools) Normal(of apipnr.Traveller) (traveldoc.Identity, []traveldoc.Document) {
	p := Person{Expected: apipnr.Expected{API: &of}}
	p.normalise(t)
	return p.Identity, p.Documents
}
