package main

import (
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// mrzOutput is the JSON of one document. Its names and order are a promise to those who read it by program.
type mrzOutput struct {
	Format         string       `json:"format"`
	DocumentCode   string       `json:"document_code"`
	IssuingState   string       `json:"issuing_state"`
	Surname        string       `json:"surname"`
	GivenNames     string       `json:"given_names"`
	NameTruncated  bool         `json:"name_truncated"`
	DocumentNumber string       `json:"document_number"`
	Nationality    string       `json:"nationality"`
	BirthDate      mrzDate      `json:"birth_date"`
	Sex            string       `json:"sex"` // M, F, X; empty when unreadable
	ExpiryDate     mrzDate      `json:"expiry_date"`
	OptionalData   []string     `json:"optional_data"` // those that are not empty
	Checks         []mrzCheck   `json:"checks"`
	Findings       []mrzFinding `json:"findings"`

	IssueDate     mrzDate          `json:"issue_date"`     // of formats that have one
	ExpiryDerived bool             `json:"expiry_derived"` // not printed, but computed
	Number        mrz.NumberForms  `json:"number"`
	Suggestions   []mrz.Suggestion `json:"suggestions"`
	Repairs       []mrz.Edit       `json:"repairs"` // suggestions that were carried out
}

type mrzDate struct {
	Value     string `json:"value"` // ISO 8601 as far as known
	Precision string `json:"precision"`
}

type mrzCheck struct {
	Field    string `json:"field"`
	Printed  string `json:"printed"`
	Computed string `json:"computed"`
	OK       bool   `json:"ok"`
}

type mrzFinding struct {
	Code     string `json:"code"`
	Field    string `json:"field"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
}

func newMRZOutput(d *mrz.Document) mrzOutput {
	out := mrzOutput{
		Format: d.Format.String(), DocumentCode: d.Code, IssuingState: d.IssuingState,
		Surname: d.Surname, GivenNames: d.GivenNames, NameTruncated: d.NameTruncated,
		DocumentNumber: d.DocumentNumber, Nationality: d.Nationality,
		BirthDate: newMRZDate(d.BirthDate), Sex: d.Sex, ExpiryDate: newMRZDate(d.ExpiryDate),
		OptionalData: []string{}, Checks: []mrzCheck{}, Findings: []mrzFinding{},
		IssueDate: newMRZDate(d.IssueDate), ExpiryDerived: d.ExpiryDerived, Number: d.Number(),
		Suggestions: append([]mrz.Suggestion{}, d.Suggestions()...), Repairs: append([]mrz.Edit{}, d.Repairs()...),
	}
	for _, data := range d.OptionalData() {
		if data != "" {
			out.OptionalData = append(out.OptionalData, data)
		}
	}
	for _, c := range d.Checks() {
		out.Checks = append(out.Checks, mrzCheck{c.Field.String(), c.Printed, c.Computed, c.OK})
	}
	for _, f := range d.Findings {
		out.Findings = append(out.Findings, mrzFinding{string(f.Code), f.Field.String(), string(f.Severity), f.Message()})
	}
	return out
}

func newMRZDate(d traveldoc.Date) mrzDate { return mrzDate{d.String(), d.Precision().String()} }
