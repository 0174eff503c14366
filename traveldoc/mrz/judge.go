package mrz

// settle computes the format's check digit number i from the cells.
func (d *Document) settle(i int) {
	rule := &d.layout.digits[i]
	check := &d.checks[i]
	check.Field, check.At = rule.field, rule.at
	var s sum
	for _, r := range rule.over {
		if r.Line != 0 {
			s.add(d.cells(r), r.Len())
		}
	}
	check.settle(d.cells(rule.at), s.digit())
	unused := rule.field == OptionalData && d.optional[0] == "" && d.fields[OptionalData].Value == ""
	if unused && check.Printed == "<" && check.Computed == "0" {
		check.OK = true // an unused optional field may have a filler for its digit (ICAO Doc 9303-4)
	}
}

// judge settles the remaining check digits and gives every field its verdict.
func (d *Document) judge() {
	if d.layout.digits[0].at.Line == 0 {
		return // a format without check digits
	}
	d.nchecks = 1
	for i := 1; i < maxDigits && d.layout.digits[i].at.Line != 0; i++ {
		d.settle(i)
		d.nchecks++
	}
	fieldsRight := true
	for i := range d.nchecks {
		check := &d.checks[i]
		if check.Field != Composite {
			d.raise(check.Field, verdictOf(check.OK))
			fieldsRight = fieldsRight && check.OK
		}
		if !check.OK {
			d.reportDigit(check)
		}
	}
	if last := &d.checks[d.nchecks-1]; last.Field == Composite {
		d.judgeComposite(last, fieldsRight)
	}
}

func verdictOf(ok bool) Verdict {
	if ok {
		return OK
	}
	return Failed
}

// raise makes a field's verdict at least as grave as v.
func (d *Document) raise(id FieldID, v Verdict) {
	d.fields[id].Verdict = max(d.fields[id].Verdict, v)
}

func (d *Document) reportDigit(check *CheckDigitResult) {
	f := Finding{
		Code: CodeDigitMismatch, Field: check.Field, At: check.At,
		Printed: check.Printed, Computed: check.Computed, Severity: Acknowledge,
	}
	switch {
	case check.Printed == "" || check.Printed == "<":
		f.Code = CodeDigitMissing
	case check.Printed < "0" || check.Printed > "9":
		f.Code = CodeDigitSyntax
	}
	d.report(f)
}

// judgeComposite spreads the composite digit's verdict over the fields that it protects. A wrong composite beside a wrong field is
// explained by it; alone, it makes every protected field suspect, first of all those without a digit of their own.
func (d *Document) judgeComposite(composite *CheckDigitResult, fieldsRight bool) {
	if composite.Printed == "" {
		return // the line was cut before it: that is said, and says nothing about the fields
	}
	if !composite.OK && fieldsRight {
		d.report(Finding{
			Code: CodeCompositeAlone, Field: Composite, At: composite.At,
			Printed: composite.Printed, Computed: composite.Computed, Severity: Acknowledge,
			Concerns: d.onlyComposite(),
		})
	}
	for _, id := range d.underComposite() {
		switch {
		case composite.OK:
			d.raise(id, OK)
		case fieldsRight || !d.ownDigit(id):
			d.raise(id, Suspect)
		}
	}
}

// underComposite are the fields that the composite digit protects: in the national formats all of them.
func (d *Document) underComposite() []FieldID {
	switch d.Format {
	case TD1:
		return []FieldID{DocumentNumber, BirthDate, ExpiryDate, OptionalData, OptionalData2}
	case TD2, TD3:
		return []FieldID{DocumentNumber, BirthDate, ExpiryDate, OptionalData}
	case FrenchID:
		return []FieldID{
			DocumentCode, IssuingState, Name, OptionalData, DocumentNumber, IssueDate, GivenNames, BirthDate, Sex,
		}
	case FrenchLicence:
		return []FieldID{DocumentCode, IssuingState, DocumentNumber, ExpiryDate, Name}
	case MRVA, MRVB, SwissLicence, Unknown:
	}
	return nil
}

func (d *Document) ownDigit(id FieldID) bool {
	for i := range d.nchecks {
		if d.checks[i].Field == id || id == IssueDate && d.checks[i].Field == DocumentNumber {
			return true
		}
	}
	return false
}

// onlyComposite are the fields of the format that no other digit than the composite protects.
func (d *Document) onlyComposite() []FieldID {
	var only []FieldID
	for _, id := range d.underComposite() {
		if !d.ownDigit(id) {
			only = append(only, id)
		}
	}
	return only
}
