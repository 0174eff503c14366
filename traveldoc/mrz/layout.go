package mrz

// digitRule is one check digit: which field it speaks for, where it stands, and over which cells it runs, in this order. In a
// composite the weights run on from one range to the next.
type digitRule struct {
	field FieldID
	at    Range
	over  [5]Range
}

// layout says where a format keeps what. Formats differ in nothing else but where a long document number may go on.
type layout struct {
	format     Format
	lines      int
	widths     [maxFormatLines]int
	fields     [fieldCount]Range
	digits     [maxDigits]digitRule
	longNumber bool // a number of more than nine characters goes on in the optional field
}

// maxDigits is the most check digits a format has, maxFormatLines the most lines.
const (
	maxDigits      = 5
	maxFormatLines = 3
)

// layoutOf gives the positions of ICAO Doc 9303 parts 4 (TD3), 5 (TD1), 6 (TD2) and 7 (MRV-A, MRV-B), and of the national formats.
func layoutOf(f Format) layout {
	switch f {
	case TD1:
		return layoutTD1()
	case TD2:
		l := twoLines(TD2, 36)
		l.fields[OptionalData] = Range{2, 29, 35}
		l.digits[3] = digitRule{Composite, Range{2, 36, 36}, [5]Range{{2, 1, 10}, {2, 14, 20}, {2, 22, 35}}}
		l.longNumber = true
		return l
	case TD3:
		l := twoLines(TD3, 44)
		l.fields[OptionalData] = Range{2, 29, 42}
		l.digits[3] = digitRule{OptionalData, Range{2, 43, 43}, [5]Range{{2, 29, 42}}}
		l.digits[4] = digitRule{Composite, Range{2, 44, 44}, [5]Range{{2, 1, 10}, {2, 14, 20}, {2, 22, 43}}}
		return l
	case MRVA:
		l := twoLines(MRVA, 44)
		l.fields[OptionalData] = Range{2, 29, 44}
		return l
	case MRVB:
		l := twoLines(MRVB, 36)
		l.fields[OptionalData] = Range{2, 29, 36}
		return l
	case FrenchID:
		return layoutFrenchID()
	case FrenchLicence:
		return layoutFrenchLicence()
	case SwissLicence:
		return layoutSwissLicence()
	case Unknown:
	}
	return layout{}
}

// twoLines is what TD2, TD3 and both visas share.
func twoLines(f Format, width int) layout {
	l := layout{format: f, lines: 2, widths: [maxFormatLines]int{width, width}}
	l.fields[DocumentCode] = Range{1, 1, 2}
	l.fields[IssuingState] = Range{1, 3, 5}
	l.fields[Name] = Range{1, 6, uint8(width)} //nolint:gosec // a width is 36 or 44
	l.fields[DocumentNumber] = Range{2, 1, 9}
	l.fields[Nationality] = Range{2, 11, 13}
	l.fields[BirthDate] = Range{2, 14, 19}
	l.fields[Sex] = Range{2, 21, 21}
	l.fields[ExpiryDate] = Range{2, 22, 27}
	l.digits[0] = digitRule{DocumentNumber, Range{2, 10, 10}, [5]Range{{2, 1, 9}}}
	l.digits[1] = digitRule{BirthDate, Range{2, 20, 20}, [5]Range{{2, 14, 19}}}
	l.digits[2] = digitRule{ExpiryDate, Range{2, 28, 28}, [5]Range{{2, 22, 27}}}
	return l
}

func layoutTD1() layout {
	l := layout{format: TD1, lines: 3, widths: [maxFormatLines]int{30, 30, 30}, longNumber: true}
	l.fields[DocumentCode] = Range{1, 1, 2}
	l.fields[IssuingState] = Range{1, 3, 5}
	l.fields[DocumentNumber] = Range{1, 6, 14}
	l.fields[OptionalData] = Range{1, 16, 30}
	l.fields[BirthDate] = Range{2, 1, 6}
	l.fields[Sex] = Range{2, 8, 8}
	l.fields[ExpiryDate] = Range{2, 9, 14}
	l.fields[Nationality] = Range{2, 16, 18}
	l.fields[OptionalData2] = Range{2, 19, 29}
	l.fields[Name] = Range{3, 1, 30}
	l.digits[0] = digitRule{DocumentNumber, Range{1, 15, 15}, [5]Range{{1, 6, 14}}}
	l.digits[1] = digitRule{BirthDate, Range{2, 7, 7}, [5]Range{{2, 1, 6}}}
	l.digits[2] = digitRule{ExpiryDate, Range{2, 15, 15}, [5]Range{{2, 9, 14}}}
	l.digits[3] = digitRule{Composite, Range{2, 30, 30}, [5]Range{{1, 6, 30}, {2, 1, 7}, {2, 9, 15}, {2, 19, 29}}}
	return l
}
