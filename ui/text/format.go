package text

import (
	"fmt"
	"strconv"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/openbmis/openbmis/traveldoc"
)

// Date writes a document's date so that no two readers take it for different days: "12 AUG 1974", with parts that are not
// known left out ("AUG 1974", "1974"); a dash when nothing is known. The month is written as ICAO Doc 9303 writes it, in
// every language, because it is compared with the document.
func (p *Printer) Date(d traveldoc.Date) string {
	switch d.Precision() {
	case traveldoc.PrecisionDay:
		return fmt.Sprintf("%02d %s %04d", d.Day(), month(d), d.Year())
	case traveldoc.PrecisionMonth:
		return fmt.Sprintf("%s %04d", month(d), d.Year())
	case traveldoc.PrecisionYear:
		return fmt.Sprintf("%04d", d.Year())
	case traveldoc.PrecisionUnknown:
	}
	return "—"
}

func month(d traveldoc.Date) string {
	return [...]string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}[d.Month()-1]
}

// Day writes a day in the words of the language, as a letter does: "22 November 2026", "1er mai 2026". It is for those who read a sentence;
// what is compared with a document is written by Date, and so is a day that is not known whole.
func (p *Printer) Day(d traveldoc.Date) string {
	if d.Precision() != traveldoc.PrecisionDay {
		return p.Date(d)
	}
	day := strconv.Itoa(d.Day())
	if d.Day() == 1 {
		day = p.T(TimeFirstOfMonth)
	}
	months := [...]Key{
		TimeDayJanuary, TimeDayFebruary, TimeDayMarch, TimeDayApril, TimeDayMay, TimeDayJune,
		TimeDayJuly, TimeDayAugust, TimeDaySeptember, TimeDayOctober, TimeDayNovember, TimeDayDecember,
	}
	return p.T(months[d.Month()-1], "day", day, "year", fmt.Sprintf("%04d", d.Year()))
}

// DayAt writes an instant in the words of the language, in the printer's zone: "22 November 2026, 14:30 (UTC+01:00)".
func (p *Printer) DayAt(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	in := t.In(p.zone)
	return p.T(TimeDayAt, "day", p.Day(traveldoc.DateOf(in)), "time", in.Format("15:04"), "zone", "UTC"+in.Format("-07:00"))
}

// DateTime writes an instant in the printer's zone, with the zone's offset: "2026-11-21 19:37 +01:00". A zero instant is a dash.
func (p *Printer) DateTime(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(p.zone).Format("2006-01-02 15:04 -07:00")
}

// Time writes the time of day of an instant in the printer's zone: "19:37:05".
func (p *Printer) Time(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(p.zone).Format("15:04:05")
}

// Number writes a whole number with the language's grouping, in the digits 0-9.
func (p *Printer) Number(n int64) string { return p.numbers.Sprint(n) }

// Ago says how old something is, in the largest whole unit: "3 minutes ago". Less than five seconds, and a future that a
// skewed clock makes, is "just now".
func (p *Printer) Ago(age time.Duration) string {
	switch {
	case age < 5*time.Second:
		return p.T(TimeJustNow)
	case age < time.Minute:
		return p.T(TimeSecondsAgo, Count, int(age/time.Second))
	case age < time.Hour:
		return p.T(TimeMinutesAgo, Count, int(age/time.Minute))
	case age < 48*time.Hour:
		return p.T(TimeHoursAgo, Count, int(age/time.Hour))
	default:
		return p.T(TimeDaysAgo, Count, int(age/(24*time.Hour)))
	}
}

func bare() *Printer {
	tag := language.English
	return &Printer{
		language: English, zone: time.UTC, plain: map[Key]string{},
		localizer: i18n.NewLocalizer(i18n.NewBundle(tag), tag.String()), numbers: message.NewPrinter(tag),
	}
}
