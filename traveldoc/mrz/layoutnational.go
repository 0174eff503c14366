package mrz

// layoutFrenchID: the card's number starts with the month of issue, so that both fields share cells; the composite digit runs over
// both lines whole, fillers, names and all.
func layoutFrenchID() layout {
	l := layout{format: FrenchID, lines: 2, widths: [maxFormatLines]int{36, 36}}
	l.fields[DocumentCode] = Range{1, 1, 2}
	l.fields[IssuingState] = Range{1, 3, 5}
	l.fields[Name] = Range{1, 6, 30}
	l.fields[OptionalData] = Range{1, 31, 36} // administrative code: department and office
	l.fields[DocumentNumber] = Range{2, 1, 12}
	l.fields[IssueDate] = Range{2, 1, 4}
	l.fields[GivenNames] = Range{2, 14, 27}
	l.fields[BirthDate] = Range{2, 28, 33}
	l.fields[Sex] = Range{2, 35, 35}
	l.digits[0] = digitRule{DocumentNumber, Range{2, 13, 13}, [5]Range{{2, 1, 12}}}
	l.digits[1] = digitRule{BirthDate, Range{2, 34, 34}, [5]Range{{2, 28, 33}}}
	l.digits[2] = digitRule{Composite, Range{2, 36, 36}, [5]Range{{1, 1, 36}, {2, 1, 35}}}
	return l
}

func layoutFrenchLicence() layout {
	l := layout{format: FrenchLicence, lines: 1, widths: [maxFormatLines]int{30}}
	l.fields[DocumentCode] = Range{1, 1, 2}
	l.fields[IssuingState] = Range{1, 3, 5}
	l.fields[DocumentNumber] = Range{1, 6, 14}
	l.fields[ExpiryDate] = Range{1, 16, 21}
	l.fields[Name] = Range{1, 22, 29}
	l.digits[0] = digitRule{DocumentNumber, Range{1, 15, 15}, [5]Range{{1, 1, 14}}}
	l.digits[1] = digitRule{Composite, Range{1, 30, 30}, [5]Range{{1, 1, 29}}}
	return l
}

// layoutSwissLicence: the number is the personal number and the card's version; the first line numbers the blank card.
func layoutSwissLicence() layout {
	l := layout{format: SwissLicence, lines: 3, widths: [maxFormatLines]int{9, 30, 30}}
	l.fields[OptionalData] = Range{1, 1, 7}
	l.fields[Language] = Range{1, 7, 7}
	l.fields[DocumentCode] = Range{2, 1, 2}
	l.fields[IssuingState] = Range{2, 3, 5}
	l.fields[DocumentNumber] = Range{2, 6, 17}
	l.fields[BirthDate] = Range{2, 20, 25}
	l.fields[Name] = Range{3, 1, 30}
	return l
}
