package mrz

import "fmt"

// Severity says what a finding asks of the officer; the names are those of the border's evidence.
type Severity string

// The severities.
const (
	Note        Severity = "note"        // good to know
	Acknowledge Severity = "acknowledge" // the document needs a second look
)

// Code is the stable code of a finding; it is also a key of the text catalogue.
type Code string

// The codes.
const (
	CodeUnrecognisable Code = "mrz.unrecognisable"
	CodeTooLong        Code = "mrz.too_long"
	CodeFormatAssumed  Code = "format.assumed"

	CodeFormatLicence Code = "format.licence"
	CodeRepaired      Code = "character.repaired"

	CodeLineLength  Code = "line.length"
	CodeLineMissing Code = "line.missing"
	CodeLineOrder   Code = "line.order"
	CodeLineJoined  Code = "line.joined"
	CodeLineIgnored Code = "line.ignored"

	CodeCharacterCase        Code = "character.case"
	CodeCharacterSpace       Code = "character.space"
	CodeCharacterSubstituted Code = "character.substituted"
	CodeCharacterInvalid     Code = "character.invalid"

	CodeCharacterDoubtful Code = "character.doubtful"

	CodeDigitMismatch      Code = "check_digit.mismatch"
	CodeDigitMissing       Code = "check_digit.missing"
	CodeDigitSyntax        Code = "check_digit.syntax"
	CodeCompositeAlone     Code = "composite.alone"
	CodeNumberMissing      Code = "document_number.missing"
	CodeNumberLong         Code = "document_number.long"
	CodeNumberLongFiller   Code = "document_number.long_filler"
	CodeDocumentCode       Code = "document_code.unknown"
	CodeDocumentCodeFormat Code = "document_code.format"
	CodeDocumentCodeTime   Code = "document_code.not_in_force"
	CodeNumberSyntax       Code = "document_number.syntax"
	CodePersonalNumber     Code = "optional_data.own_digit"
	CodeLanguageUnknown    Code = "language.unknown"

	CodeNameMissing   Code = "name.missing"
	CodeNameNoPrimary Code = "name.primary_missing"
	CodeNameTruncated Code = "name.truncated"
	CodeNameCharacter Code = "name.character"
	CodeNameTitle     Code = "name.title"
	CodeNameSeparator Code = "name.separator"

	CodeDateInvalid Code = "date.invalid"
	CodeDatePartial Code = "date.partial"
	CodeDateUnknown Code = "date.unknown"
	CodeDateZero    Code = "date.zero"
	CodeDateCentury Code = "date.century"
	CodeDateDerived Code = "date.derived"

	CodeSexInvalid Code = "sex.invalid"
	CodeSexPrinted Code = "sex.printed_x"

	CodeStateMissing    Code = "state.missing"
	CodeStateUnknown    Code = "state.unknown"
	CodeStateTraining   Code = "state.training"
	CodeStateNotInForce Code = "state.not_in_force"
	CodeStateNotIssuer  Code = "state.not_issuer"
	CodeStateDerived    Code = "state.derived"
)

// Codes are all codes, for the catalogue's test.
func Codes() []Code {
	return []Code{
		CodeUnrecognisable, CodeTooLong, CodeFormatAssumed, CodeLineLength, CodeLineMissing, CodeLineOrder, CodeLineJoined,
		CodeLineIgnored, CodeCharacterCase, CodeCharacterSpace, CodeCharacterSubstituted, CodeCharacterInvalid,
		CodeDigitMismatch, CodeDigitMissing, CodeDigitSyntax, CodeCompositeAlone, CodeNumberMissing, CodeNumberLong,
		CodeNumberLongFiller, CodeDocumentCode, CodeDocumentCodeFormat, CodeNameMissing, CodeNameNoPrimary,
		CodeNameTruncated, CodeNameCharacter, CodeNameTitle, CodeNameSeparator, CodeDateInvalid, CodeDatePartial,
		CodeDateUnknown, CodeDateZero, CodeDateCentury, CodeSexInvalid, CodeSexPrinted, CodeStateMissing, CodeStateUnknown,
		CodeStateTraining, CodeStateNotInForce, CodeStateNotIssuer, CodeFormatLicence, CodeRepaired, CodeCharacterDoubtful,
		CodeDocumentCodeTime, CodeNumberSyntax, CodePersonalNumber, CodeLanguageUnknown, CodeDateDerived, CodeStateDerived,
	}
}

// Finding is something about the zone that the officer may have to know.
type Finding struct {
	Code     Code     `json:"code"`
	Field    FieldID  `json:"field"` // NoField when it is about a line or the whole
	At       Range    `json:"at"`
	Printed  string   `json:"printed,omitempty"`  // what is printed: a digit, a code, a number of characters
	Computed string   `json:"computed,omitempty"` // what was expected: a digit, a number of characters
	Severity Severity `json:"severity"`
	// Concerns are further fields: for CodeCompositeAlone those that only the composite digit protects.
	Concerns []FieldID `json:"concerns,omitempty"`
}

// Message says the finding in English, for logs of tools and for JSON; screens use the catalogue. It names no person's data
// beyond a check digit, a code or a position.
func (f Finding) Message() string {
	text := f.sentence()
	if f.At.Line == 0 {
		return text
	}
	if f.At.From == 0 {
		return fmt.Sprintf("line %d: %s", f.At.Line, text)
	}
	if f.At.From == f.At.To {
		return fmt.Sprintf("line %d, position %d: %s", f.At.Line, f.At.From, text)
	}
	return fmt.Sprintf("line %d, positions %d to %d: %s", f.At.Line, f.At.From, f.At.To, text)
}

func (f Finding) sentence() string {
	switch f.Code { //nolint:exhaustive // the others need no more than words
	case CodeLineLength:
		return fmt.Sprintf("%s characters, expected %s", f.Printed, f.Computed)
	case CodeDigitMismatch:
		return fmt.Sprintf("check digit of %s: printed %q, computed %q", f.Field, f.Printed, f.Computed)
	case CodeDigitMissing:
		return fmt.Sprintf("check digit of %s is missing, computed %q", f.Field, f.Computed)
	case CodeDigitSyntax:
		return fmt.Sprintf("check digit of %s: printed %q, expected a digit (computed %q)", f.Field, f.Printed, f.Computed)
	case CodeStateUnknown, CodeStateTraining, CodeStateNotInForce, CodeStateNotIssuer, CodeStateDerived, CodeDocumentCode,
		CodeDocumentCodeFormat, CodeDocumentCodeTime:
		return fmt.Sprintf("%s %q %s", f.Field, f.Printed, plain(f.Code))
	case CodeRepaired:
		return fmt.Sprintf("%s: read as %q, repaired to %q", f.Field, f.Printed, f.Computed)
	case CodeCharacterDoubtful:
		return fmt.Sprintf("%s: read as %q, may be %q, and no check digit can tell", f.Field, f.Printed, f.Computed)
	case CodeDateDerived:
		return fmt.Sprintf("%s: not printed; derived from the month of issue, %s", f.Field, f.Printed)
	case CodeCompositeAlone:
		return plain(f.Code) + concerning(f.Concerns)
	case CodeFormatAssumed, CodeLineIgnored:
		return fmt.Sprintf("%s (%s)", plain(f.Code), f.Printed)
	}
	if f.Field != NoField {
		return f.Field.String() + ": " + plain(f.Code)
	}
	return plain(f.Code)
}

func concerning(fields []FieldID) string {
	if len(fields) == 0 {
		return ""
	}
	return fmt.Sprintf("; no other digit protects %v", fields)
}

// plain are the words of the codes that need no more than words.
func plain(c Code) string {
	text, ok := map[Code]string{
		CodeUnrecognisable:       "no machine readable zone found: expected 2 lines of 44 or 36, or 3 lines of 30 characters A-Z, 0-9 and <",
		CodeTooLong:              fmt.Sprintf("text too long: expected at most %d bytes", MaxInput),
		CodeFormatAssumed:        "the lines fit no format exactly; the nearest was assumed",
		CodeLineMissing:          "the line is missing",
		CodeLineOrder:            "the lines came in another order",
		CodeLineJoined:           "the lines came without the line breaks of the format",
		CodeLineIgnored:          "lines that are not part of the zone were left aside",
		CodeCharacterCase:        "small letters were read as capitals",
		CodeCharacterSpace:       "spaces were left out or read as fillers",
		CodeCharacterSubstituted: "characters that stand for fillers were read as <",
		CodeCharacterInvalid:     "character outside A-Z, 0-9 and <",
		CodeCompositeAlone:       "the composite digit is wrong although every field's own digit is right",
		CodeNumberMissing:        "the field is empty",
		CodeNumberLong:           "the number goes on in the optional data",
		CodeNumberLongFiller:     "the number goes on in the optional data; its digit counts the filler between both parts",
		CodeDocumentCode:         "is not a known document code",
		CodeDocumentCodeFormat:   "is not used with this format",
		CodeNameMissing:          "the field is empty",
		CodeNameNoPrimary:        "there is no primary identifier; what follows the fillers is the only name",
		CodeNameTruncated:        "the name fills its field and may go on",
		CodeNameCharacter:        "expected letters and fillers only",
		CodeNameTitle:            "the name seems to hold a title",
		CodeNameSeparator:        "more than one double filler separates the name",
		CodeDateInvalid:          "not a date: expected YYMMDD, unknown parts as <<",
		CodeDatePartial:          "the date is only partly known",
		CodeDateUnknown:          "the date is not known",
		CodeDateZero:             "zeros stand for an unknown part; expected <<",
		CodeDateCentury:          "no date of inspection was given, so the century is not known",
		CodeSexInvalid:           "expected M, F or <",
		CodeSexPrinted:           "X is printed; expected <",
		CodeStateMissing:         "the field is empty",
		CodeStateUnknown:         "is not a known state code",
		CodeStateTraining:        "is for training and specimens only",
		CodeStateNotInForce:      "was not in force when the document can have been issued",
		CodeStateNotIssuer:       "is a nationality but issues no documents",
		CodeStateDerived:         "is not printed; the document is given to nationals alone",
		CodeFormatLicence:        "a driving licence is no travel document",
		CodeDocumentCodeTime:     "was not in use when the document can have been issued",
		CodeNumberSyntax:         "expected digits only",
		CodePersonalNumber:       "ends with a check digit of its own that is right, as of a personal number",
		CodeLanguageUnknown:      "expected D, F, I or R",
	}[c]
	if !ok {
		return string(c)
	}
	return text
}
