package apply

import (
	"slices"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Names of fields, as forms post them.
const (
	FieldPurpose      = "purpose"
	FieldNationality  = "nationality"
	FieldDocumentCode = "document_code"
	FieldType         = "type"
	FieldNumber       = "number"
	FieldIssuer       = "issuing_state"
	FieldIssued       = "issued"
	FieldExpires      = "expires"
	FieldSurname      = "surname"
	FieldGivenNames   = "given_names"
	FieldOriginalName = "original_name"
	FieldOtherNames   = "other_names"
	FieldBirthDate    = "birth_date"
	FieldBirthUnknown = "birth_unknown" // day, or day and month, are not known
	FieldBirthPlace   = "birth_place"
	FieldBirthCountry = "birth_country"
	FieldSex          = "sex"
	FieldRelation     = "relation"
	FieldRefused      = "refused"
	FieldRefusedText  = "refused_text"
	FieldArrival      = "arrival"
	FieldDeparture    = "departure"
	FieldEntries      = "entries"
	FieldPort         = "port"
	FieldPortOther    = "port_other" // typed beside PortOther; kept as the port
	FieldStays        = "stays"
	FieldEmail        = "email"
	FieldPhone        = "phone"
	FieldAddress      = "address"
	FieldCountry      = "country"
	FieldHasHost      = "has_host"
	FieldHostKind     = "host_kind"
	FieldHostName     = "host_name"
	FieldHostAddress  = "host_address"
	FieldHostPhone    = "host_phone"
	FieldHostEmail    = "host_email"
	FieldHostPays     = "host_pays"
	FieldHumanitarian = "humanitarian"
	FieldReunion      = "family_reunification"
	FieldGrounds      = "grounds"
	FieldFile         = "file"
	FieldReference    = "reference"
	FieldDocument     = "document"
	FieldText         = "text"
	FieldSure         = "sure"
	FieldAgreed       = "agreed"
)

// Longest answers, in characters.
const (
	mostName = 80
	mostLine = 120
	mostLong = 2000
)

// DocumentCodes are the travel documents that can be applied with, in the order shown (Doc 9303-4; words below "visaportal.document_code.").
func DocumentCodes() []string {
	return []string{"P", "PD", "PO", "PS", "PE", "PM", "PN", "PR", "PT", "PU"}
}

// HostKinds are the kinds of hosts, in the order shown.
func HostKinds() []string { return []string{"person", "company", "school", "organisation"} }

// Sexes as documents have them: female, male, unspecified.
func Sexes() []string { return []string{"F", "M", "X"} }

// Entries that may be wished for: once, twice, more often.
func Entries() []string { return []string{"1", "2", "multiple"} }

// Codes are the codes of Doc 9303-3 that answer a question.
type Codes int

// Who a document says somebody is of; who issues documents; and where one can be born or live, which is in no organisation and in no status.
const (
	Nationalities Codes = iota
	Issuers
	Places
)

// Take reports whether a code answers the question. A State has one code, the one that documents have.
func (x Codes) Take(code string) bool {
	s, known := mrz.LookupState(code)
	if !known || traveldoc.FoldState(code) != code {
		return false
	}
	switch s.Kind {
	case "iso", "training":
		return s.Issuer || x == Nationalities
	case "icao":
		return x != Places || code == "D" || code == "RKS"
	case "person":
		return x == Nationalities
	}
	return false
}

// All are the codes, in their order.
func (x Codes) All() []string {
	return slices.DeleteFunc(mrz.States(), func(code string) bool { return !x.Take(code) })
}

// Answers of FieldPort beside the id of a post, where posts are offered (Service.Posts). Everything else is the name of a place as it was typed,
// before posts were offered or beside PortOther: a port is told, and checked by nobody before the desk.
const (
	PortOther   = "-other"
	PortUnknown = "-unknown"
)

// questions are the fields of a page, without what depends on other answers.
func questions(p Page) []Field {
	switch p {
	case PagePurpose:
		return []Field{choice(FieldPurpose, evisa.Purposes())}
	case PageNation:
		return []Field{state(FieldNationality, "", Nationalities), choice(FieldDocumentCode, DocumentCodes())}
	case PageType:
		return []Field{choice(FieldType, nil)}
	case PageDocument:
		return []Field{
			{Name: FieldNumber, Kind: KindNumber, Required: true, Most: 20}, state(FieldIssuer, "", Issuers),
			{Name: FieldIssued, Kind: KindDate, Required: true}, {Name: FieldExpires, Kind: KindDate, Required: true},
		}
	case PageName:
		return []Field{
			{Name: FieldSurname, Kind: KindText, Required: true, Most: mostName, Autocomplete: "family-name"},
			{Name: FieldGivenNames, Kind: KindText, Most: mostName, Autocomplete: "given-name"},
			{Name: FieldOriginalName, Kind: KindText, Most: mostLine}, {Name: FieldOtherNames, Kind: KindText, Most: mostLine},
		}
	case PageBirth:
		return []Field{
			{Name: FieldBirthDate, Kind: KindDate, Required: true, Autocomplete: "bday"}, {Name: FieldBirthUnknown, Kind: KindCheck},
			{Name: FieldBirthPlace, Kind: KindText, Required: true, Most: mostLine}, state(FieldBirthCountry, "", Places), choice(FieldSex, Sexes()),
		}
	case PageRelation:
		return []Field{choice(FieldRelation, evisa.Relations())}
	case PageHistory:
		return []Field{yesNo(FieldRefused), {Name: FieldRefusedText, Kind: KindLong, Most: mostLong}}
	case PagePassport, PagePortrait, PagePapers:
		return nil // they ask for files
	default:
		return groupQuestions(p)
	}
}

func groupQuestions(p Page) []Field {
	switch p {
	case PageJourney:
		return []Field{
			{Name: FieldArrival, Kind: KindDate, Required: true}, {Name: FieldDeparture, Kind: KindDate, Required: true},
			choice(FieldEntries, Entries()), {Name: FieldPort, Kind: KindText, Most: mostLine},
			{Name: FieldPortOther, Kind: KindText, Most: mostLine}, {Name: FieldStays, Kind: KindLong, Most: 500},
		}
	case PageContact:
		return []Field{
			{Name: FieldEmail, Kind: KindEmail, Required: true, Most: 254, Autocomplete: "email"},
			{Name: FieldPhone, Kind: KindPhone, Most: 30, Autocomplete: "tel"},
			{Name: FieldAddress, Kind: KindLong, Required: true, Most: 300, Autocomplete: "street-address"}, state(FieldCountry, "country", Places),
		}
	case PageHost:
		return []Field{
			yesNo(FieldHasHost), optional(choice(FieldHostKind, HostKinds())), {Name: FieldHostName, Kind: KindText, Most: mostLine},
			{Name: FieldHostAddress, Kind: KindLong, Most: 300}, {Name: FieldHostPhone, Kind: KindPhone, Most: 30},
			{Name: FieldHostEmail, Kind: KindEmail, Most: 254}, optional(yesNo(FieldHostPays)),
		}
	case PageClaims:
		return []Field{yesNo(FieldHumanitarian), yesNo(FieldReunion), {Name: FieldGrounds, Kind: KindLong, Most: mostLong}}
	default:
		return nil
	}
}

func choice(name string, options []string) Field {
	return Field{Name: name, Kind: KindChoice, Required: true, Most: 40, Options: options}
}

func yesNo(name string) Field {
	return Field{Name: name, Kind: KindYesNo, Required: true, Most: 3, Options: []string{yes, no}}
}

func state(name, autocomplete string, codes Codes) Field {
	return Field{Name: name, Kind: KindCountry, Required: true, Most: 3, Codes: codes, Autocomplete: autocomplete}
}

func optional(f Field) Field {
	f.Required = false
	return f
}

const (
	yes = "yes"
	no  = "no"
)
