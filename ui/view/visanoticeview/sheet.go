package visanoticeview

import (
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/ui/text"
)

// Style is the style sheet of the notice.
const Style = "visanotice.css"

// Sheet is the notice with everything that stands on it.
type Sheet struct {
	Visa evisa.Visa
	// Type and Conditions have their words by language.
	Type       evisa.Type
	Conditions []evisa.Coded
	// Ports are the names of the posts that it is good for; none is every one.
	Ports []string
	State string
	// Code is the picture of the seal as a data URL, Side its length in px of CSS (1/96 inch); Zone the zone that it seals, in lines.
	Code string
	Side int
	Zone []string
	// Address is where others may ask whether it is valid; empty where nobody answers.
	Address string
	// Languages are the applicant's and English, once when they are the same.
	Languages []*text.Printer
}

// Page is the notice on the screen with what can be done with it.
type Page struct {
	Sheet
	CanPDF bool // there is a browser to print with
	Ended  bool // it is not in force: there is no notice
	Number evisa.Number
	// Which of its application's visas it is, from 1.
	Which int
	Back  string
}

// title is what was granted.
func (s Sheet) title() text.Key {
	if s.Visa.Kind == evisa.KindAuthorisation {
		return text.VisanoticeAuthorisation
	}
	return text.VisanoticeVisa
}

// code is a language as documents name it.
func code(p *text.Printer) string { return string(p.Language()) }

// typeName is the type in a language.
func (s Sheet) typeName(p *text.Printer) string {
	return evisa.Coded{Words: s.Type.Name}.In(code(p))
}

func entries(p *text.Printer, n int) string {
	if n == 0 {
		return p.T(text.VisanoticeMultiple)
	}
	return strconv.Itoa(n)
}

func (s Sheet) conditions(p *text.Printer) string {
	if len(s.Conditions) == 0 {
		return p.T(text.VisanoticeConditionsNone)
	}
	words := make([]string, len(s.Conditions))
	for n, c := range s.Conditions {
		words[n] = c.In(code(p))
	}
	return strings.Join(words, " · ")
}

func (s Sheet) ports(p *text.Printer) string {
	if len(s.Visa.Ports) == 0 {
		return p.T(text.VisanoticePortsAll)
	}
	return strings.Join(s.Ports, " · ")
}

func (s Sheet) side() string { return strconv.Itoa(s.Side) }

// pdf is where the page's file is. The number stands in no address.
func (p Page) pdf() string {
	return "/visa-notices/" + p.Visa.Application.String() + "/pdf?n=" + strconv.Itoa(p.Which)
}
