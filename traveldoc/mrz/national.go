package mrz

import (
	_ "embed" // the rules are a data file
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/traveldoc"
)

// validity.txt: format, state, issued from, issued to, least age at issue, years from issue to expiry, kind ("rule", or "extension"
// for years added after the card was issued), source. Of the rows that fit a card the one with most years counts.
//
//go:embed validity.txt
var validityText string

// ValidityRule says how long documents without a printed expiry are valid.
type ValidityRule struct {
	Format     Format
	State      string
	From, To   traveldoc.Date // of issue; unknown when open
	Age        int            // of the bearer at issue, at least
	Years      int
	Extension  bool // granted after issue; other states need not recognise it
	Provenance string
}

// ValidityRules are the rules of the data file. A row that cannot be read is left out; the file's test allows none.
func ValidityRules() []ValidityRule {
	var rules []ValidityRule
	for line := range strings.Lines(validityText) {
		if rule, ok := validityRule(line); ok {
			rules = append(rules, rule)
		}
	}
	return rules
}

func validityRule(line string) (ValidityRule, bool) {
	columns := strings.Fields(line)
	if len(columns) < 8 || strings.HasPrefix(line, "#") {
		return ValidityRule{}, false
	}
	format, formatErr := ParseFormat(columns[0])
	age, ageErr := strconv.Atoi(columns[4])
	years, yearsErr := strconv.Atoi(columns[5])
	return ValidityRule{
		Format: format, State: columns[1], From: dateColumn(columns[2], 0), To: dateColumn(columns[3], 0),
		Age: age, Years: years, Extension: columns[6] == "extension", Provenance: strings.Join(columns[7:], " "),
	}, formatErr == nil && ageErr == nil && yearsErr == nil
}

// fits reports whether the rule is for a card of the format and state, issued then to a bearer born then. What is not known fits
// no bound.
func (r ValidityRule) fits(d *Document) bool {
	if r.Format != d.Format || r.State != d.IssuingState {
		return false
	}
	if r.Age > 0 && (d.BirthDate.IsZero() || d.BirthDate.Last().AddDate(r.Age, 0, 0).After(d.IssueDate.Last())) {
		return false
	}
	return !d.IssueDate.Before(r.From) && !r.To.Before(d.IssueDate)
}

// interpretNational reads what only the formats outside Doc 9303 have.
func (d *Document) interpretNational() {
	switch d.Format {
	case FrenchID:
		d.deriveNationality()
		d.deriveExpiry()
	case SwissLicence:
		d.readSwiss()
	default:
	}
	if d.Format.Licence() {
		d.report(Finding{Code: CodeFormatLicence, Printed: d.Format.String(), Severity: Acknowledge})
	}
}

// deriveNationality: the card states none, but is given to nationals alone.
func (d *Document) deriveNationality() {
	d.Nationality = "FRA"
	d.fields[Nationality].Value, d.fields[Nationality].Derived = d.Nationality, true
	d.report(Finding{Code: CodeStateDerived, Field: Nationality, Printed: d.Nationality, Severity: Note})
}

// deriveExpiry computes the month of expiry from the month of issue.
func (d *Document) deriveExpiry() {
	years := 0
	for _, rule := range ValidityRules() {
		if rule.fits(d) && (!rule.Extension || d.options&WithoutExtensions == 0) {
			years = max(years, rule.Years)
		}
	}
	if years == 0 || d.IssueDate.IsZero() {
		d.report(Finding{Code: CodeDateUnknown, Field: ExpiryDate, Severity: Note})
		return
	}
	expiry, err := traveldoc.NewDate(d.IssueDate.Year()+years, d.IssueDate.Month(), 0)
	if err != nil {
		return // an issue lies not after the inspection, so its year is far from the last
	}
	d.ExpiryDate, d.ExpiryDerived, d.fields[ExpiryDate].Derived = expiry, true, true
	d.report(Finding{
		Code: CodeDateDerived, Field: ExpiryDate, Printed: d.IssueDate.String(), Computed: expiry.String(), Severity: Note,
	})
}

// readSwiss judges by syntax what no digit protects.
func (d *Document) readSwiss() {
	number := &d.fields[DocumentNumber]
	if number.Value != "" && strings.IndexFunc(number.Raw, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		number.Verdict = Failed
		d.reportField(CodeNumberSyntax, DocumentNumber, Acknowledge)
	}
	language := &d.fields[Language]
	language.Value = strings.Trim(language.Raw, "<")
	if !strings.ContainsAny(language.Raw, "DFIR") {
		language.Verdict = Failed
		d.report(Finding{
			Code: CodeLanguageUnknown, Field: Language, At: language.At, Printed: language.Raw, Severity: Note,
		})
	}
}

// notePersonalNumber: some cards end the optional field of the first line with a check digit of its own. One in ten others looks
// so by chance: it is no more than a note.
func (d *Document) notePersonalNumber() {
	f := &d.fields[OptionalData]
	last := len(f.Raw) - 1
	if last+1 < f.At.Len() || f.Raw[last] < '0' || f.Raw[last] > '9' || strings.Trim(f.Raw[:last], "<") == "" {
		return
	}
	if digit, ok := CheckDigit(f.Raw[:last]); ok && digit == f.Raw[last] {
		at := Range{f.At.Line, f.At.To, f.At.To}
		d.report(Finding{Code: CodePersonalNumber, Field: OptionalData, At: at, Printed: digitText(digit), Severity: Note})
	}
}
