package apply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/openbmis/openbmis/internal/problem"
)

// mostBytes is how many bytes of an answer are looked at at all, for each character that it may have. UTF-8 takes four at most; the rest is
// room for what is taken out.
const mostBytes = 8

// mostShort holds for fields without a length of their own: dates and boxes.
const mostShort = 40

// mostMarks is how many combining marks one letter may carry: no script needs more.
const mostMarks = 4

// tidy is an answer without what does not belong to it: spaces at its ends, runs of them, letters written in more than one way. What
// cannot be seen is taken out and said, so that a person who pasted it need only look and go on. shown is what the form shows again.
func tidy(raw string, f Field) (value, shown string, p *problem.Error) {
	if f.Most == 0 {
		f.Most = mostShort
	}
	cut := false
	if limit := f.Most * mostBytes; len(raw) > limit {
		raw, cut = raw[:limit], true
	}
	if !utf8.ValidString(raw) {
		raw = strings.ToValidUTF8(raw, "")
		if !cut { // a character cut in two is ours
			p = bad("encoding")
		}
	}
	clean, hidden := visible(norm.NFC.String(raw), f.Kind == KindLong)
	value = spaced(clean, f.Kind == KindLong)
	if hidden {
		p = bad("invisible")
	}
	if runes := []rune(value); cut || len(runes) > f.Most {
		value, p = string(runes[:min(len(runes), f.Most)]), bad("too_long").With("most", f.Most)
	}
	if stacked(value) {
		value, p = unstack(value), bad("marks")
	}
	if p != nil {
		return "", value, p.At(f.Name)
	}
	return value, value, nil
}

func bad(code string) *problem.Error { return problem.New(problem.Invalid, "apply."+code) }

// visible takes out what cannot be seen: controls, marks of direction, zero-width characters, what no character is. Line breaks stay in
// long answers; a tab is a space.
func visible(text string, lines bool) (clean string, hidden bool) {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		switch {
		case r == '\t' || r == '\n' && !lines:
			b.WriteByte(' ')
		case r == '\n':
			b.WriteRune(r)
		case unseen(r):
			hidden = true
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), hidden
}

// unseen are characters that show nothing, or change how others show.
func unseen(r rune) bool {
	switch r {
	case 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, utf8.RuneError: // joiners, fillers and a blank that are letters or marks by class
		return true
	}
	if r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF { // variation selectors
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || !assigned(r)
}

// assigned reports whether a code point is a character that this program knows.
func assigned(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs)
}

// spaced makes every run of spaces one, and of empty lines one.
func spaced(text string, lines bool) string {
	if !lines {
		return strings.Join(strings.Fields(text), " ")
	}
	var kept []string
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" && (len(kept) == 0 || kept[len(kept)-1] == "") {
			continue
		}
		kept = append(kept, line)
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

func stacked(text string) bool {
	marks := 0
	for _, r := range text {
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > mostMarks {
			return true
		}
	}
	return false
}

func unstack(text string) string {
	marks := 0
	return strings.Map(func(r rune) rune {
		if !unicode.Is(unicode.M, r) {
			marks = 0
		} else if marks++; marks > mostMarks {
			return -1
		}
		return r
	}, text)
}

// digits writes the digits of every script as ASCII: a date typed in Arabic is a date.
func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.Is(unicode.Nd, r) {
			return r
		}
		return '0' + digitOf(r)
	}, text)
}

// digitOf is the value of a decimal digit: every script's ten stand together, and begin at a multiple that its block fixes.
func digitOf(r rune) rune {
	for _, span := range unicode.Nd.R16 {
		if rune(span.Lo) <= r && r <= rune(span.Hi) {
			return (r - rune(span.Lo)) % 10
		}
	}
	for _, span := range unicode.Nd.R32 {
		if rune(span.Lo) <= r && r <= rune(span.Hi) { //nolint:gosec // code points
			return (r - rune(span.Lo)) % 10 //nolint:gosec // code points
		}
	}
	return 0
}
