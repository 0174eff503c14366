package expected

// The relations between what the document shows and what the carrier sent: keys of the text catalogue below "relation.". Whoever adds one
// adds it to Relations.
const (
	RelEqual          = "equal"
	RelTransliterated = "transliterated"    // the same name in another spelling or script
	RelTruncated      = "cut_name"          // one side had no room for all of it
	RelReordered      = "reordered"         // the same names in another order, or divided otherwise
	RelFewer          = "fewer_names"       // one side leaves names out
	RelTypo           = "typo"              // single letters
	RelSwapped        = "day_month_swapped" // day and month
	RelDigit          = "one_digit"
	RelMisread        = "misread"     // letters and digits that are read for one another
	RelPartial        = "partly_said" // one side says less, and does not contradict
	RelUnspecified    = "unspecified" // one side says X of the sex
	RelUnknown        = "unknown"     // the carrier does not say
	RelDifferent      = "different"
)

// Relations are all relations.
func Relations() []string {
	return []string{
		RelEqual, RelTransliterated, RelTruncated, RelReordered, RelFewer, RelTypo, RelSwapped, RelDigit, RelMisread, RelPartial, RelUnspecified,
		RelUnknown, RelDifferent,
	}
}

// The fields that are compared: keys of the text catalogue below "field.".
const (
	FieldName        = "name"
	FieldBirthDate   = "birth_date"
	FieldSex         = "sex"
	FieldNationality = "nationality"
	FieldNumber      = "document_number"
	FieldIssuer      = "issuing_state"
	FieldExpiry      = "expiry_date"
)

// Fields are the compared fields, in the order shown.
func Fields() []string {
	return []string{FieldName, FieldBirthDate, FieldSex, FieldNationality, FieldNumber, FieldIssuer, FieldExpiry}
}
