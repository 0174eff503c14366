package listfile

import (
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/traveldoc"
)

// parseDate reads a date as lists write it, as far as it says something: "1971-03-15", "1971-03-15T00:00:00Z", "15/03/1971", "00/00/1971",
// "15 Mar 1971", "15 Mar. 1971", "March 15, 1971", "Mar 1971", "1971". Where digits alone give day and month, the day comes first.
func parseDate(text string) (traveldoc.Date, bool) {
	text = strings.TrimRight(strings.TrimSpace(text), ".")
	if d, ok := isoDate(text); ok {
		return d, true
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,\t\n/.-", r) })
	if len(words) == 0 || len(words) > 3 {
		return traveldoc.Date{}, false
	}
	if len(words) == 3 && monthOf(words[0]) > 0 { // "March 22 2018"
		words[0], words[1] = words[1], words[0]
	}
	return dateOfWords(words)
}

// isoDate reads YYYY-MM-DD, YYYY-MM, YYYY and a time or a zone behind it.
func isoDate(text string) (traveldoc.Date, bool) {
	if len(text) > 10 && (text[10] == 'T' || text[10] == '+' || text[10] == 'Z' || text[10] == '-' || text[10] == ' ') {
		text = text[:10]
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "-00"), "-00")
	if text == "" {
		return traveldoc.Date{}, false
	}
	d, err := traveldoc.ParseDate(text)
	return d, err == nil && plausible(d)
}

// dateOfWords reads [[day] month] year.
func dateOfWords(words []string) (traveldoc.Date, bool) {
	var parts [3]int // day, month, year
	for i, word := range words {
		at := 3 - len(words) + i
		if at == 0 && strings.EqualFold(word, "dd") || at == 1 && strings.EqualFold(word, "mm") {
			continue // "dd/mm/1965"
		}
		n, err := strconv.Atoi(strings.TrimRight(word, "stndrh")) // 1st, 2nd, 3rd, 4th
		switch {
		case at == 1 && err != nil:
			n = monthOf(word)
			if n == 0 {
				return traveldoc.Date{}, false
			}
		case err != nil || n < 0:
			return traveldoc.Date{}, false
		}
		parts[at] = n
	}
	if len(words[len(words)-1]) != 4 {
		return traveldoc.Date{}, false // "12/03/65" may be anything
	}
	if parts[1] == 0 {
		parts[0] = 0
	}
	d, err := traveldoc.NewDate(parts[2], parts[1], parts[0])
	return d, err == nil && plausible(d)
}

// plausible keeps four digits that are no year from being one.
func plausible(d traveldoc.Date) bool { return d.Year() >= 1000 && d.Year() <= 2999 }

// months are the beginnings of the names of the months in English, French and Spanish, which tell them apart.
var months = [...][]string{
	{"jan", "ene"}, {"feb", "fev", "fév"}, {"mar"}, {"apr", "avr", "abr"}, {"may", "mai"}, {"jun", "juin"}, {"jul", "juil"},
	{"aug", "ago", "aou", "aoû"}, {"sep", "set"}, {"oct"}, {"nov"}, {"dec", "dic", "déc"},
}

// monthOf is the number of a month by its name; 0 when it is none.
func monthOf(word string) int {
	word = strings.ToLower(strings.Trim(word, "."))
	if len(word) > 12 {
		return 0
	}
	for i, names := range months {
		for _, name := range names {
			if strings.HasPrefix(word, name) {
				return i + 1
			}
		}
	}
	return 0
}

// approximations are the words that make a date approximate.
var approximations = []string{"approximately", "approx", "circa", "about", "around", "c", "ca", "vers", "environ", "aproximadamente",
	"alrededor de"}

// parseBirth reads when somebody was born: a date as parseDate reads it, "circa 1961", "1960 to 1963", "01 Jan 1960 to 31 Dec 1963",
// "between 1960 and 1963", "1979-1982". Reversed tells that the range ended before it began.
func parseBirth(text string) (b alerts.Birth, reversed, ok bool) {
	text = strings.Join(strings.Fields(text), " ")
	text, b.Circa = cutApproximation(text)
	if d, known := parseDate(text); known {
		b.From, b.To = d, d
		return b, false, true
	}
	from, to, isRange := cutRange(text)
	if !isRange {
		return alerts.Birth{}, false, false
	}
	first, okFirst := parseDate(from)
	to, approximate := cutApproximation(to)
	last, okLast := parseDate(to)
	if !okFirst && okLast { // "between Aug. and Sep. 1977"
		first, okFirst = parseDate(from + " " + strconv.Itoa(last.Year()))
	}
	if !okFirst || !okLast {
		return alerts.Birth{}, false, false
	}
	b.Circa = b.Circa || approximate
	b.From, b.To, reversed = inOrder(first, last)
	return b, reversed, true
}

// inOrder is a range, turned round when its end lies before its beginning.
func inOrder(first, last traveldoc.Date) (from, to traveldoc.Date, reversed bool) {
	if last.Before(first) {
		return last, first, true
	}
	return first, last, false
}

// cutApproximation takes the words that say that a date is approximate off it.
func cutApproximation(text string) (string, bool) {
	lower := strings.ToLower(text)
	for _, word := range approximations {
		rest, found := strings.CutPrefix(lower, word)
		if found && rest != "" && strings.IndexByte(" .~", rest[0]) >= 0 {
			return strings.TrimLeft(text[len(word):], " .:"), true
		}
	}
	if rest, found := strings.CutPrefix(text, "~"); found {
		return strings.TrimSpace(rest), true
	}
	return text, false
}

// rangeWords stand between the ends of a range.
var rangeWords = []string{" to ", " and ", " - ", " – ", "–", " et ", " à ", " y "}

// cutRange tells the ends of a range.
func cutRange(text string) (from, to string, found bool) {
	lower := strings.ToLower(text)
	for _, word := range []string{"between ", "from ", "entre "} {
		if strings.HasPrefix(lower, word) {
			text, lower = text[len(word):], lower[len(word):]
		}
	}
	if len(text) == 9 && text[4] == '-' {
		return text[:4], text[5:], true
	}
	if len(lower) != len(text) {
		return "", "", false // a letter whose small form has another length: no date
	}
	for _, word := range rangeWords {
		if at := strings.Index(lower, word); at > 0 {
			return text[:at], text[at+len(word):], true
		}
	}
	return "", "", false
}
