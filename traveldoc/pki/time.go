package pki

import "time"

// isTime says whether the next element is a time.
func (c *cursor) isTime() bool { return c.is(tagUTCTime) || c.is(tagGeneralizedTime) }

// time reads UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5); odd tells of a form that is allowed in BER but not in certificates.
func (c *cursor) time(what string) (t time.Time, odd bool, err error) {
	if !c.isTime() {
		return time.Time{}, false, c.fail(what, "UTCTime or GeneralizedTime"+c.found())
	}
	v, err := c.any(what)
	if err != nil {
		return time.Time{}, false, err
	}
	if t, odd, ok := parseTime(v.tag, string(v.body)); ok {
		return t, odd, nil
	}
	return time.Time{}, false, &SyntaxError{v.offset, what, "a time such as 260102150405Z or 20260102150405Z"}
}

// The forms of a time that plainTime does not read.
var (
	utcForms         = []string{"0601021504Z", "060102150405-0700", "0601021504-0700"}
	generalizedForms = []string{"20060102150405.999999999Z", "20060102150405-0700", "200601021504Z", "20060102150405"}
)

func parseTime(tag byte, text string) (t time.Time, odd, ok bool) {
	if t, ok := plainTime(tag, text); ok {
		return t, false, true
	}
	forms := generalizedForms
	if tag == tagUTCTime {
		forms = utcForms
	}
	if len(text) > 32 {
		return time.Time{}, false, false
	}
	for _, form := range forms {
		t, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		t = t.UTC()
		if tag == tagUTCTime { // 50 to 99 are 1950 to 1999; package time begins at 69
			if t.Year() >= 2050 {
				t = t.AddDate(-100, 0, 0)
			}
		}
		return t, true, true
	}
	return time.Time{}, false, false
}

// plainTime reads the form that certificates must have; lists have a time for each of a million entries.
func plainTime(tag byte, text string) (time.Time, bool) {
	century := 1900
	if tag == tagGeneralizedTime {
		if len(text) != 15 {
			return time.Time{}, false
		}
		century, text = 100*two(text, 0), text[2:]
	}
	if len(text) != 13 || text[12] != 'Z' {
		return time.Time{}, false
	}
	var n [6]int
	for i := range n {
		if n[i] = two(text, 2*i); n[i] < 0 {
			return time.Time{}, false
		}
	}
	if tag == tagUTCTime && n[0] < 50 {
		century = 2000
	}
	t := time.Date(century+n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, time.UTC)
	exists := century >= 0 && t.Day() == n[2] && int(t.Month()) == n[1] && n[3] < 24 && n[4] < 60 && n[5] < 60
	return t, exists
}

// two is the number of two digits, -1 when they are none.
func two(text string, at int) int {
	high, low := text[at]-'0', text[at+1]-'0'
	if high > 9 || low > 9 {
		return -1
	}
	return int(high)*10 + int(low)
}
