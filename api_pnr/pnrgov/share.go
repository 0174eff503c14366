package pnrgov

import "github.com/openbmis/openbmis/traveldoc"

// What PNRGOV says is the same in EDIFACT and in XML: package pnrxml reads values by these.

// Untitled takes a title off the end of a given name, if a name is left: "JOHNMR" is JOHN, "MRS" stays.
func Untitled(given string) string { return untitled(given) }

// MaskCard masks the number of a payment card: its first six and last four characters at most are kept.
func MaskCard(number string) string { return card(number) }

// MaskText masks the numbers of payment cards in a free text.
func MaskText(text string) string { return masked(text) }

// SeatOf is a seat without the zeros before it; "" when the text names none.
func SeatOf(text string) string { return seatOf(text) }

// Phones finds the telephone numbers of a text.
func Phones(text string) []string {
	var r reader
	return r.phones(text)
}

// SameName compares two names by their letters alone.
func SameName(a, b string) bool { return same(a, b) }

// BornOn reads the date of a text (DDMMMYY, DDMMMCCYY) as a birth: two digits are the latest year that is not after the day of the flight.
func BornOn(text string, flight traveldoc.Date) (traveldoc.Date, bool) {
	d, ok := airimp(text)
	if !ok {
		return traveldoc.Date{}, false
	}
	return d.born(flight)
}

// Cancelled reports whether a status of a service says that it is no longer asked for.
func Cancelled(status string) bool { return cancelled(status) }

// Unnamed reports whether a given name is none, or a word that stands for one ("BABY").
func Unnamed(given string) bool { return unnamed(given) }
