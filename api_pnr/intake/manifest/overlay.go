package manifest

import (
	"cmp"
	"slices"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// overlay lays what a message of changes says over what is known: what it does not say stays, with its place.
func overlay(was, says apipnr.Traveller, old, places []Place) (apipnr.Traveller, []Place) {
	t := was
	t.Surname, t.GivenNames = cmp.Or(says.Surname, was.Surname), cmp.Or(says.GivenNames, was.GivenNames)
	if says.Surname != "" && says.GivenNames == "" && says.Surname != was.Surname {
		t.GivenNames = "" // another name altogether
	}
	t.Sex, t.BirthPlace = cmp.Or(says.Sex, was.Sex), cmp.Or(says.BirthPlace, was.BirthPlace)
	t.BirthDate = cmp.Or(says.BirthDate, was.BirthDate)
	t.Nationality, t.Residence = cmp.Or(says.Nationality, was.Nationality), cmp.Or(says.Residence, was.Residence)
	t.Kind, t.AgeGroup, t.Employment = cmp.Or(says.Kind, was.Kind), cmp.Or(says.AgeGroup, was.AgeGroup), cmp.Or(says.Employment, was.Employment)
	t.Locator, t.Ref, t.Ticket = cmp.Or(says.Locator, was.Locator), cmp.Or(says.Ref, was.Ref), cmp.Or(says.Ticket, was.Ticket)
	t.Embarks, t.Disembarks, t.Clears = cmp.Or(says.Embarks, was.Embarks), cmp.Or(says.Disembarks, was.Disembarks), cmp.Or(says.Clears, was.Clears)
	t.Contact, t.Address, t.Verified = cmp.Or(says.Contact, was.Contact), cmp.Or(says.Address, was.Address), cmp.Or(says.Verified, was.Verified)
	t.Adult = cmp.Or(says.Adult, was.Adult)
	t.Documents = either(says.Documents, was.Documents)
	t.Seats, t.Bags = either(says.Seats, was.Seats), either(says.Bags, was.Bags)
	t.Action, t.Raw = says.Action, says.Raw
	if t.Raw == nil {
		t.Raw = was.Raw
	}
	kept := slices.DeleteFunc(slices.Clone(old), func(p Place) bool {
		return slices.ContainsFunc(places, func(n Place) bool { return group(n.Field) == group(p.Field) })
	})
	places = append(kept, places...)
	t.Origins = origins(places)
	return t, places
}

// group makes fields that are replaced together one: a new document replaces all fields of the old.
func group(f apipnr.Field) apipnr.Field {
	if f == apipnr.FieldDocumentType || f == apipnr.FieldDocumentIssuer || f == apipnr.FieldDocumentExpiry {
		return apipnr.FieldDocumentNumber
	}
	return f
}

func origins(places []Place) []apipnr.Origin {
	list := make([]apipnr.Origin, len(places))
	for n, p := range places {
		list[n] = p.Origin
	}
	return list
}

func either[T any](first, second []T) []T {
	if len(first) > 0 {
		return first
	}
	return second
}
