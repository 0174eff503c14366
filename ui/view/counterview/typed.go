package counterview

import "github.com/openbmis/openbmis/ui/text"

type typedField struct {
	name  string
	label text.Key
	hint  text.Key
	mono  bool
}

// typedFields are the fields in the order in which a document's data page shows them.
func typedFields() []typedField {
	return []typedField{
		{"document_code", text.CounterDocumentCode, text.CounterDocumentCodeHint, true},
		{"issuing_state", text.CounterIssuingState, text.CounterCodeHint, true},
		{"document_number", text.CounterNumber, "", true},
		{"surname", text.CounterSurname, "", false},
		{"given_names", text.CounterGivenNames, "", false},
		{"nationality", text.CounterNationality, text.CounterCodeHint, true},
		{"birth_date", text.CounterBirthDate, text.CounterDateHint, true},
		{"sex", text.CounterSex, text.CounterSexHint, true},
		{"expiry_date", text.CounterExpiryDate, text.CounterDateHint, true},
	}
}

// first is the field that gets the focus: the first with a fault, else the first of all.
func (in Typed) first() string {
	all := typedFields()
	for _, f := range all {
		if in.Faults[f.name] != "" {
			return f.name
		}
	}
	return all[0].name
}
