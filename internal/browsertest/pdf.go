package browsertest

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// PDF is what a reader of a PDF can take out of it: the text of its pages in the order of drawing, which for Arabic is from left to right,
// the names of its fonts, and how many shapes its Arabic letters have.
type PDF struct {
	Text          string
	Fonts         []string
	ArabicLetters int // different letters
	ArabicShapes  int // different shapes of them: more than letters when they are joined
}

var (
	object   = regexp.MustCompile(`(?s)(\d+) 0 obj(.*?)endobj`)
	fontOf   = regexp.MustCompile(`/(F\d+) (\d+) 0 R`)
	toCMap   = regexp.MustCompile(`/ToUnicode (\d+) 0 R`)
	baseFont = regexp.MustCompile(`/BaseFont /(?:[A-Z]+\+)?([A-Za-z0-9-]+)`)
	single   = regexp.MustCompile(`<([0-9A-F]{4})> <([0-9A-F]+)>(?: <([0-9A-F]+)>)?`)
	drawing  = regexp.MustCompile(`/(F\d+) [\d.]+ Tf|ActualText <FEFF([0-9A-F]*)>|<([0-9A-Fa-f]+)>|\bEMC\b|\bET\b`)
)

// ReadPDF takes the text out of a PDF as Chromium writes it: one object after the other, streams deflated, one map of glyphs a font.
func ReadPDF(pdf string) PDF {
	objects := map[string]string{}
	for _, m := range object.FindAllStringSubmatch(pdf, -1) {
		objects[m[1]] = m[2]
	}
	var d PDF
	maps := map[string]map[string]string{}
	shapes, letters := map[string]bool{}, map[string]bool{}
	for _, m := range fontOf.FindAllStringSubmatch(pdf, -1) {
		font := objects[m[2]]
		if base := baseFont.FindStringSubmatch(font); base != nil && !slices.Contains(d.Fonts, base[1]) {
			d.Fonts = append(d.Fonts, base[1])
		}
		if cmap := toCMap.FindStringSubmatch(font); cmap != nil {
			maps[m[1]] = glyphs(inflated(objects[cmap[1]]))
		}
	}
	for _, m := range objectsInOrder(pdf) {
		if body := objects[m]; strings.Contains(body, "/FlateDecode") {
			if page := inflated(body); strings.Contains(page, " Tf") && strings.Contains(page, "BT") {
				d.Text += drawn(page, maps, func(font, glyph, letter string) {
					if strings.ContainsFunc(letter, func(r rune) bool { return unicode.Is(unicode.Arabic, r) && unicode.IsLetter(r) }) {
						shapes[font+glyph], letters[letter] = true, true
					}
				})
			}
		}
	}
	d.ArabicShapes, d.ArabicLetters = len(shapes), len(letters)
	return d
}

func objectsInOrder(pdf string) []string {
	var order []string
	for _, m := range object.FindAllStringSubmatch(pdf, -1) {
		order = append(order, m[1])
	}
	return order
}

func inflated(body string) string {
	_, stream, found := strings.Cut(body, "stream")
	if !found {
		return ""
	}
	stream = strings.TrimLeft(stream, "\r\n")
	r, err := zlib.NewReader(strings.NewReader(stream))
	if err != nil {
		return "" // not deflated text: a font
	}
	var out bytes.Buffer
	_, _ = io.Copy(&out, io.LimitReader(r, 16<<20)) // the end of the stream's object follows its data
	return out.String()
}

// glyphs reads a ToUnicode map: single glyphs, and ranges of glyphs that follow each other.
func glyphs(cmap string) map[string]string {
	made := map[string]string{}
	ranges := strings.Contains(cmap, "beginbfrange")
	for _, section := range strings.Split(cmap, "endbf") {
		isRange := ranges && strings.Contains(section, "beginbfrange")
		for _, m := range single.FindAllStringSubmatch(section, -1) {
			if !isRange || m[3] == "" {
				made[m[1]] = unhex(m[2])
				continue
			}
			first, last, to := number(m[1]), number(m[2]), []rune(unhex(m[3]))
			for g := first; g <= last && len(to) > 0; g++ {
				shown := slices.Clone(to)
				shown[len(shown)-1] += rune(g - first)
				made[hexOf(g)] = string(shown)
			}
		}
	}
	return made
}

func number(h string) int {
	raw, _ := hex.DecodeString(h)
	return int(raw[0])<<8 | int(raw[1])
}

func hexOf(n int) string { return strings.ToUpper(hex.EncodeToString([]byte{byte(n >> 8), byte(n)})) }

func unhex(h string) string {
	raw, _ := hex.DecodeString(h)
	units := make([]uint16, len(raw)/2)
	for n := range units {
		units[n] = uint16(raw[2*n])<<8 | uint16(raw[2*n+1])
	}
	return string(utf16.Decode(units))
}

func drawn(page string, maps map[string]map[string]string, seen func(font, glyph, letter string)) string {
	var b strings.Builder
	font, instead := "", false
	for _, m := range drawing.FindAllStringSubmatch(page, -1) {
		switch {
		case m[1] != "":
			font = m[1]
		case strings.HasPrefix(m[0], "ActualText"):
			b.WriteString(unhex(m[2]))
			instead = true
		case m[0] == "EMC":
			instead = false
		case m[0] == "ET":
			b.WriteString("\n")
		default:
			for n := 0; n+4 <= len(m[3]); n += 4 {
				glyph := strings.ToUpper(m[3][n : n+4])
				seen(font, glyph, maps[font][glyph])
				if !instead {
					b.WriteString(maps[font][glyph])
				}
			}
		}
	}
	return b.String()
}

// Has tells whether the words are drawn, wherever lines break.
func (d PDF) Has(words string) bool { return strings.Contains(bare(d.Text), bare(words)) }

// HasArabic is Has for Arabic: drawn from left to right, the words stand reversed.
func (d PDF) HasArabic(words string) bool {
	reversed := []rune(bare(words))
	slices.Reverse(reversed)
	return d.Has(string(reversed)) || d.Has(words)
}

// bare is the text without spaces and vowel signs.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
}
