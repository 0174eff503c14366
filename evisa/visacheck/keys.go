package visacheck

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/traveldoc"
)

// A person is found by the birth date with the beginning of a part of the name: as much of it as a zone that was cut short must have for two
// names to be held alike (SamePerson). Whoever shares that is then compared whole (Concerns).

// beginning is how many letters of a part of a name find it.
const beginning = 3

// Keys are the keys that a visa is found by, DATE/LETTERS; none of somebody whose birth date is not known.
func Keys(i traveldoc.Identity) []string {
	if i.BirthDate.IsZero() {
		return []string{}
	}
	return keyed([]string{i.BirthDate.String()}, i.Surname+" "+i.GivenNames)
}

// Asked are the keys that a traveller is looked for by: those of his surname, with the birth date as it may have been issued, whole or without
// what is not known of it, and, where his document leaves out the day, with each that it may be.
func Asked(i traveldoc.Identity) []string {
	return keyed(births(i.BirthDate), cmp.Or(strings.TrimSpace(i.Surname), i.GivenNames))
}

// births are the dates that agree with one.
func births(d traveldoc.Date) []string {
	if d.IsZero() {
		return nil
	}
	year, month := fmt.Sprintf("%04d", d.Year()), fmt.Sprintf("%04d-%02d", d.Year(), d.Month())
	switch d.Precision() {
	case traveldoc.PrecisionDay:
		return []string{d.String(), month, year}
	case traveldoc.PrecisionMonth:
		return append([]string{month, year}, days(d.First(), 1)...)
	case traveldoc.PrecisionYear, traveldoc.PrecisionUnknown:
	}
	all := append([]string{year}, days(d.First(), 12)...)
	for m := range 12 {
		all = append(all, fmt.Sprintf("%s-%02d", year, m+1))
	}
	return all
}

// days are the days of so many months.
func days(first time.Time, months int) (list []string) {
	for day := first; day.Before(first.AddDate(0, months, 0)); day = day.AddDate(0, 0, 1) {
		list = append(list, day.Format(time.DateOnly))
	}
	return list
}

func keyed(births []string, name string) []string {
	keys, seen := []string{}, map[string]bool{}
	parts := strings.Fields(traveldoc.FoldName(name))
	for _, part := range parts[:min(len(parts), maxParts)] {
		letters := []rune(part)
		start := string(letters[:min(len(letters), beginning)])
		if seen[start] {
			continue
		}
		seen[start] = true
		for _, birth := range births {
			keys = append(keys, birth+"/"+start)
		}
	}
	return keys
}

// Concerns reports whether a register that was asked has to answer with a visa: it has the number, the document, also an earlier one, or the
// person that was asked for.
func Concerns(q evisa.Query, number evisa.Number, who traveldoc.Identity, document traveldoc.Document, earlier []traveldoc.Document) bool {
	if q.Number != "" && q.Number == number || SamePerson(q.Identity, who) {
		return true
	}
	asked := traveldoc.FoldNumber(q.Document.Number)
	if asked == "" {
		return false
	}
	for _, d := range earlier {
		if traveldoc.FoldNumber(d.Number) == asked {
			return true
		}
	}
	return traveldoc.FoldNumber(document.Number) == asked
}
