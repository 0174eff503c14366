package passview

import (
	"context"
	"fmt"

	"github.com/openbmis/openbmis/traveldoc/seal/qr"
	"github.com/openbmis/openbmis/ui/text"
)

type field struct {
	name  string
	label text.Key
	hint  text.Key
	mono  bool
}

func fields() []field {
	return []field{
		{"surname", text.CounterSurname, "", false},
		{"given_names", text.CounterGivenNames, "", false},
		{"birth_date", text.CounterBirthDate, text.CounterDateHint, true},
		{"nationality", text.CounterNationality, text.CounterCodeHint, true},
		{"sex", text.CounterSex, text.CounterSexHint, true},
		{"zone", text.PassZone, "", false},
		{"valid_from", text.PassValidFrom, text.CounterDateHint, true},
		{"valid_until", text.PassValidUntil, text.CounterDateHint, true},
		{"authority", text.PassAuthority, "", false},
		{"posts", text.PassPosts, text.PassPostsHint, true},
	}
}

func guardianFields() []field {
	return []field{
		{"guardian_surname", text.ParticularGuardianSurname, "", false},
		{"guardian_given_names", text.ParticularGuardianGivenNames, "", false},
		{"guardian_number", text.ParticularGuardianNumber, "", true},
	}
}

// Fields are the names of all fields of the form.
func Fields() []string {
	var names []string
	for _, f := range append(fields(), guardianFields()...) {
		names = append(names, f.name)
	}
	return append(names, "guardian_relation", "guardian_consent")
}

// first is the field that gets the focus: the first with a fault, else the first of all.
func (f Form) first() string {
	for _, one := range append(fields(), guardianFields()...) {
		if f.Faults[one.name] != "" {
			return one.name
		}
	}
	return fields()[0].name
}

// Reason is the words for why a pass was revoked.
func Reason(ctx context.Context, code string) string {
	key := text.Key("pass_code." + code)
	if code == "" || !text.FromContext(ctx).Has(key) {
		return code
	}
	return text.T(ctx, key)
}

// viewBox is the drawing's extent, with the margin that readers need.
func viewBox(c qr.Code) string {
	side := c.Size + 2*qr.Quiet
	return fmt.Sprintf("%d %d %d %d", -qr.Quiet, -qr.Quiet, side, side)
}
