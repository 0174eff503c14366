package crosscheck

import (
	"strings"

	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/translit"
)

// pageName holds the name of the visual zone against that of the machine readable zone.
func (j *judge) pageName() result {
	surname, hasSurname := j.read(reader.VIZ, "surname")
	given, hasGiven := j.read(reader.VIZ, "given_names")
	if !hasSurname && !hasGiven {
		return notDone(ReasonNotRead)
	}
	validity := reader.OK
	if hasSurname && surname.Validity == reader.Error || hasGiven && given.Validity == reader.Error {
		validity = reader.Error
	}
	return doubted(validity, j.compareName("viz", surname.Text, given.Text))
}

// compareName holds a name against that of the zone, as Doc 9303-3 writes it there.
func (j *judge) compareName(source, surname, given string) result {
	a := value(source, "name", joined(surname, given))
	if j.MRZ == nil {
		return notDone(ReasonNoZone, a)
	}
	zone := j.Identity
	b := value("mrz", "name", joined(zone.Surname, zone.GivenNames))
	match := translit.Match(surname, given, zone.Surname, zone.GivenNames, zone.NameTruncated)
	var r result
	switch match.Outcome {
	case translit.Equal:
		r = pass(a, b)
	case translit.Transliterated:
		r = pass(a, b)
		r.reason, r.detail = ReasonTransliter, spellings(match.Rules)
	case translit.Truncated:
		r = pass(a, b)
		r.reason = ReasonTruncated
	case translit.Different:
		r = fail(ReasonDiffers, a, b)
	case translit.NotCompared:
		r = unsure(ReasonUnreadable, a, b)
	}
	return r
}

func joined(surname, given string) string {
	return strings.TrimSuffix(strings.TrimSpace(surname)+", "+strings.TrimSpace(given), ", ")
}

func spellings(rules []translit.Rule) string {
	out := make([]string, 0, len(rules))
	for _, r := range rules {
		out = append(out, r.From+"="+r.To)
	}
	return strings.Join(out, " ")
}
