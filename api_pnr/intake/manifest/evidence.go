package manifest

import (
	"strings"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

// evidence is what tells a person from others, made comparable.
type evidence struct {
	there, api     bool
	surname, given string // folded, without spaces
	name           string // traveldoc.NameKey
	sex            string
	birth          traveldoc.Date
	docs           []document
	ref, locator   string
}

// document is a travel document, made comparable.
type document struct{ class, number, issuer string }

func (t Tools) evidenceOf(of apipnr.Traveller, api bool) evidence {
	e := evidence{
		there: true, api: api, surname: tight(of.Surname), given: tight(of.GivenNames), name: traveldoc.NameKey(of.Surname, of.GivenNames), sex: of.Sex,
		ref: strings.TrimSpace(of.Ref), locator: strings.ToUpper(strings.TrimSpace(of.Locator)),
	}
	if len(e.surname) == 2 && e.surname[0] == e.surname[1] { // a name of one letter is sent doubled
		e.surname = e.surname[:1]
	}
	if of.BirthDate.Precision() == traveldoc.PrecisionDay {
		e.birth = of.BirthDate
	}
	for _, d := range of.Documents {
		if number := traveldoc.FoldNumber(d.Number); number != "" {
			issuer, _ := t.state(d.Issuer)
			e.docs = append(e.docs, document{class(d.Type), number, issuer})
		}
	}
	return e
}

func tight(name string) string { return strings.ReplaceAll(traveldoc.FoldName(name), " ", "") }

// class is what a document is good for: two passports compete, a passport and a visa do not.
func class(of string) string {
	of = strings.ToUpper(of)
	switch {
	case of == "" || strings.HasPrefix(of, "P"):
		return "P"
	case strings.HasPrefix(of, "V"):
		return "V"
	}
	return of
}

// state is the code of Doc 9303 of a State, or what was sent, in capitals, and false.
func (t Tools) state(sent string) (string, bool) {
	sent = strings.ToUpper(strings.TrimSpace(sent))
	if sent == "" || t.Country == nil {
		return sent, false
	}
	if code, known := t.Country(sent); known {
		return code, true
	}
	return sent, false
}

// sharesDocument reports whether both name the same document. A document whose issuer one does not say is the same by its number.
func (e evidence) sharesDocument(o evidence) bool {
	for _, a := range e.docs {
		for _, b := range o.docs {
			if a.number == b.number && (a.issuer == b.issuer || a.issuer == "" || b.issuer == "") && a.class == b.class {
				return true
			}
		}
	}
	return false
}

// competes reports whether both have a document of the same class and State, and none is the same.
func (e evidence) competes(o evidence) bool {
	if e.sharesDocument(o) {
		return false
	}
	for _, a := range e.docs {
		for _, b := range o.docs {
			if a.class == b.class && a.class != "V" && a.issuer == b.issuer {
				return true
			}
		}
	}
	return false
}

func (e evidence) sameBirth(o evidence) bool { return !e.birth.IsZero() && e.birth == o.birth }
func (e evidence) otherBirth(o evidence) bool {
	return !e.birth.IsZero() && !o.birth.IsZero() && e.birth != o.birth
}
func (e evidence) sameName(o evidence) bool {
	return e.name != "" && (e.name == o.name || e.surname == o.surname && e.given == o.given)
}

// likeName reports whether the names may be one person's, one of them cut off or with fewer given names.
func (e evidence) likeName(o evidence) bool {
	return e.sameName(o) || begins(e.surname, o.surname) && (begins(e.given, o.given) || e.given == "" || o.given == "")
}

func begins(a, b string) bool {
	return a != "" && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// contradicts reports whether the two cannot be one person: what speaks against it weighs more than one slip.
func (e evidence) contradicts(o evidence) bool {
	if !e.there || !o.there {
		return false
	}
	doc, name := e.sharesDocument(o), e.likeName(o)
	switch {
	case e.api && o.api && e.ref != "" && e.ref == o.ref && name && !e.otherBirth(o):
		return false // a passenger's own reference (ABO): another document is a change
	case e.otherBirth(o) && (!name || !doc && e.competes(o)):
		return true // an infant on a parent's document; father and son of one name
	case e.otherBirth(o) && !doc && (e.api != o.api || e.ref == "" || e.ref != o.ref):
		return true // unless the sender put a date right
	case !name && doc && !e.sameBirth(o):
		return begins(e.surname, o.surname) // of one family; a wholly other name may be another spelling
	case !name && !doc:
		return !e.sameBirth(o) || !begins(e.surname, o.surname) && !begins(e.given, o.given)
	case !doc && e.competes(o) && !e.sameBirth(o):
		return true // two of one name
	case !doc && e.sex != "" && o.sex != "" && e.sex != o.sex && e.sex != "X" && o.sex != "X" && !e.sameName(o):
		return true
	}
	return false
}
