package risk

import (
	"strings"
	"time"

	"cel.dev/cel-go/common/types/ref"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/traveldoc"
)

func told(of func(*apipnr.Traveller) string) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val { return upper(f.first(of)) }
}

func passengerFields() []Field {
	return []Field{
		{Name: "passenger.surname", Type: Text, from: at(apipnr.FieldSurname), read: func(f *Facts) ref.Val { return upper(f.Person.Identity.Surname) }},
		{Name: "passenger.given_names", Type: Text, from: at(apipnr.FieldGivenNames), read: func(f *Facts) ref.Val { return upper(f.Person.Identity.GivenNames) }},
		{Name: "passenger.sex", Type: Text, Codes: []string{"M", "F", "X"}, from: at(apipnr.FieldSex), read: func(f *Facts) ref.Val { return upper(f.Person.Identity.Sex) }},
		{Name: "passenger.birth_date", Type: Date, from: at(apipnr.FieldBirthDate), read: func(f *Facts) ref.Val { return day(f.Person.Identity.BirthDate) }},
		{Name: "passenger.age", Type: Number, from: at(apipnr.FieldBirthDate), read: func(f *Facts) ref.Val { return f.age() }},
		{Name: "passenger.nationality", Type: Text, from: at(apipnr.FieldNationality), read: func(f *Facts) ref.Val { return upper(f.Person.Identity.Nationality) }},
		{Name: "passenger.residence", Type: Text, from: at(apipnr.FieldResidence), read: told(func(t *apipnr.Traveller) string { return t.Residence })},
		{Name: "passenger.birth_place", Type: Text, from: at(apipnr.FieldBirthPlace), read: told(func(t *apipnr.Traveller) string { return t.BirthPlace })},
		{
			Name: "passenger.kind", Type: Text, Codes: []string{"PASSENGER", "CREW", "TRANSIT_PASSENGER", "TRANSIT_CREW"},
			read: func(f *Facts) ref.Val { return upper(string(f.Person.Kind)) },
		},
		{
			Name: "passenger.age_group", Type: Text, Codes: []string{"ADULT", "CHILD", "INFANT"},
			read: func(f *Facts) ref.Val { return upper(f.ageGroup()) },
		},
		{
			Name: "passenger.status", Type: Text, Codes: []string{"EXPECTED", "ON_BOARD", "NOT_ON_BOARD"},
			read: func(f *Facts) ref.Val { return upper(string(f.Person.Status)) },
		},
		{Name: "passenger.position", Type: Text, read: told(func(t *apipnr.Traveller) string { return t.Employment })},
		{Name: "passenger.embarks", Type: Text, from: at(apipnr.FieldEmbarks), read: told(func(t *apipnr.Traveller) string { return t.Embarks })},
		{Name: "passenger.disembarks", Type: Text, from: at(apipnr.FieldDisembarks), read: told(func(t *apipnr.Traveller) string { return t.Disembarks })},
		{Name: "passenger.minor_alone", Type: YesNo, from: at(apipnr.FieldBirthDate, apipnr.FieldLocator), read: minorAlone},
		{Name: "passenger.data_verified", Type: YesNo, read: verified},
		{
			Name: "passenger.flights_before", Type: Number, History: true,
			read: shared(MarkPerson, func(s Shared) int { return s.Flights }),
		},
		{
			Name: "passenger.confirmed_before", Type: Number, History: true,
			read: shared(MarkPerson, func(s Shared) int { return s.Confirmed }),
		},
	}
}

// at names where in a message a value stands.
func at(from ...apipnr.Field) []apipnr.Field { return from }

// years is the age on a day; a birth date that is known in part alone gives none unless both ends agree.
func years(born traveldoc.Date, on time.Time) (int, bool) {
	if born.IsZero() || on.IsZero() {
		return 0, false
	}
	oldest, youngest := full(born.First(), on), full(born.Last(), on)
	return oldest, oldest == youngest && oldest >= 0
}

func full(born, on time.Time) int {
	n := on.Year() - born.Year()
	if on.Month() < born.Month() || on.Month() == born.Month() && on.Day() < born.Day() {
		n--
	}
	return n
}

func (f *Facts) age() ref.Val {
	n, known := years(f.Person.Identity.BirthDate, f.departureDay())
	return number(n, known)
}

// ageGroup is the group that the messages say, else that of the age (ICAO: infant below 2, child below 12).
func (f *Facts) ageGroup() string {
	if g := f.first(func(t *apipnr.Traveller) string { return t.AgeGroup }); g != "" && g != apipnr.Party {
		return g
	}
	n, known := years(f.Person.Identity.BirthDate, f.departureDay())
	switch {
	case !known:
		return ""
	case n < 2:
		return apipnr.Infant
	case n < 12:
		return apipnr.Child
	}
	return apipnr.Adult
}

// grown says whether somebody born then is 18 or older on a day, whatever the parts of his birth date are that are not known.
func grown(born traveldoc.Date, on time.Time) Truth {
	switch {
	case born.IsZero() || on.IsZero():
		return NotKnown
	case full(born.Last(), on) >= 18:
		return True
	case full(born.First(), on) < 18:
		return False
	}
	return NotKnown
}

// minorAlone: under 18, and nobody of the reservation who is 18 or older. Without a reservation nobody knows.
func minorAlone(f *Facts) ref.Val {
	on := f.departureDay()
	self := grown(f.Person.Identity.BirthDate, on)
	if self == True {
		return yes(false, true)
	}
	sure := self == False && f.Person.Locator != ""
	for _, c := range f.Companions {
		switch grown(c.Identity.BirthDate, on) {
		case True:
			return yes(false, true)
		case NotKnown:
			sure = false
		case False:
		}
	}
	return yes(true, sure)
}

func verified(f *Facts) ref.Val {
	if f.Person.API == nil || f.Person.API.Verified == nil {
		return none()
	}
	return yes(*f.Person.API.Verified, true)
}

func shared(m Mark, of func(Shared) int) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val {
		if f.Past == nil {
			return none()
		}
		s, known := f.Past.Shared[m]
		return number(of(s), known)
	}
}

func past(of func(*Past) int) func(*Facts) ref.Val {
	return func(f *Facts) ref.Val {
		if f.Past == nil || len(f.Person.Documents) == 0 {
			return none()
		}
		return number(of(f.Past), true)
	}
}

func documentFields() []Field {
	document := func(of func(traveldoc.Document) ref.Val) func(*Facts) ref.Val {
		return func(f *Facts) ref.Val {
			d, ok := travelDocument(f.Person.Documents)
			if !ok {
				return none()
			}
			return of(d)
		}
	}
	return []Field{
		{
			Name: "document.number", Type: Text, from: at(apipnr.FieldDocumentNumber),
			read: document(func(d traveldoc.Document) ref.Val { return upper(d.Number) }),
		},
		{Name: "document.type", Type: Text, from: at(apipnr.FieldDocumentType), read: document(func(d traveldoc.Document) ref.Val { return upper(d.Code) })},
		{
			Name: "document.issuer", Type: Text, from: at(apipnr.FieldDocumentIssuer),
			read: document(func(d traveldoc.Document) ref.Val { return upper(d.IssuingState) }),
		},
		{Name: "document.expiry", Type: Date, from: at(apipnr.FieldDocumentExpiry), read: document(func(d traveldoc.Document) ref.Val { return day(d.ExpiryDate) })},
		{Name: "document.days_valid", Type: Number, from: at(apipnr.FieldDocumentExpiry), read: daysValid},
		{Name: "document.issued", Type: Date, read: func(f *Facts) ref.Val { return day(f.issued()) }},
		{Name: "document.age_days", Type: Number, read: func(f *Facts) ref.Val { return daysTo(whole(f.issued()), f.departureDay()) }},
		{Name: "document.all_types", Type: Texts, from: at(apipnr.FieldDocumentType), read: documentTypes},
		{Name: "document.count", Type: Number, from: at(apipnr.FieldDocumentNumber), read: func(f *Facts) ref.Val { return number(len(f.Person.Documents), true) }},
		{Name: "document.issuer_differs", Type: YesNo, from: at(apipnr.FieldDocumentIssuer, apipnr.FieldNationality), read: issuerDiffers},
		{Name: "document.crossings_before", Type: Number, History: true, read: past(func(p *Past) int { return p.Crossings })},
		{Name: "document.refusals_before", Type: Number, History: true, read: past(func(p *Past) int { return p.Refusals })},
		{Name: "document.days_since_crossing", Type: Number, History: true, read: sinceCrossing},
		{Name: "document.flights_before", Type: Number, History: true, read: shared(MarkDocument, func(s Shared) int { return s.Flights })},
		{Name: "document.other_people", Type: Number, History: true, read: shared(MarkDocument, func(s Shared) int { return s.Others })},
	}
}

// travelDocument is the document that a person travels on: a passport before an identity card before the rest, never a visa.
func travelDocument(list []traveldoc.Document) (best traveldoc.Document, ok bool) {
	rank := func(d traveldoc.Document) int {
		switch {
		case strings.HasPrefix(d.Code, "P"):
			return 4
		case strings.HasPrefix(d.Code, "V"):
			return 0
		case d.Code == "":
			return 2
		case strings.HasPrefix(d.Code, "I") || strings.HasPrefix(d.Code, "A") || strings.HasPrefix(d.Code, "C"):
			return 3
		}
		return 1
	}
	for _, d := range list {
		if r := rank(d); r > 0 && (!ok || r > rank(best)) {
			best, ok = d, true
		}
	}
	return best, ok
}

func whole(d traveldoc.Date) time.Time {
	if d.Precision() != traveldoc.PrecisionDay {
		return time.Time{}
	}
	return d.First()
}

// issued is when the travel document was issued, as a message says.
func (f *Facts) issued() traveldoc.Date {
	d, ok := travelDocument(f.Person.Documents)
	if !ok {
		return traveldoc.Date{}
	}
	for _, t := range f.travellers() {
		for _, as := range t.Documents {
			if traveldoc.FoldNumber(as.Number) == traveldoc.FoldNumber(d.Number) && !as.Issued.IsZero() {
				return as.Issued
			}
		}
	}
	return traveldoc.Date{}
}

// daysValid is for how many days after the day of departure the document is valid; negative when it has expired.
func daysValid(f *Facts) ref.Val {
	d, ok := travelDocument(f.Person.Documents)
	if !ok {
		return none()
	}
	return daysTo(f.departureDay(), whole(d.ExpiryDate))
}

func documentTypes(f *Facts) ref.Val {
	var list []string
	for _, d := range f.Person.Documents {
		list = append(list, d.Code)
	}
	return several(list, true)
}

func issuerDiffers(f *Facts) ref.Val {
	d, ok := travelDocument(f.Person.Documents)
	n := f.Person.Identity.Nationality
	return yes(d.IssuingState != n, ok && d.IssuingState != "" && n != "")
}

func sinceCrossing(f *Facts) ref.Val {
	if f.Past == nil || f.Past.LastCrossing.IsZero() {
		return none()
	}
	return daysTo(f.Past.LastCrossing, f.departureDay())
}
