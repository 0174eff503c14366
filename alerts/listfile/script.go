package listfile

import "unicode"

// scripts are the scripts that lists are written in, by their codes of ISO 15924.
var scripts = []struct {
	code  string
	table *unicode.RangeTable
}{
	{"Latn", unicode.Latin}, {"Arab", unicode.Arabic}, {"Cyrl", unicode.Cyrillic}, {"Hani", unicode.Han}, {"Hang", unicode.Hangul},
	{"Hebr", unicode.Hebrew}, {"Grek", unicode.Greek}, {"Geor", unicode.Georgian}, {"Armn", unicode.Armenian}, {"Thai", unicode.Thai},
	{"Mymr", unicode.Myanmar}, {"Khmr", unicode.Khmer}, {"Deva", unicode.Devanagari}, {"Beng", unicode.Bengali}, {"Ethi", unicode.Ethiopic},
	{"Hira", unicode.Hiragana}, {"Kana", unicode.Katakana}, {"Guru", unicode.Gurmukhi}, {"Taml", unicode.Tamil}, {"Telu", unicode.Telugu},
	{"Gujr", unicode.Gujarati}, {"Sinh", unicode.Sinhala}, {"Thaa", unicode.Thaana}, {"Tibt", unicode.Tibetan}, {"Laoo", unicode.Lao},
}

// scriptOf is the script of a text by its letters; empty when they are of several, or of none that is known.
func scriptOf(text string) string {
	script := ""
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		s := scriptOfLetter(r)
		if s == "" || script != "" && s != script {
			return ""
		}
		script = s
	}
	return script
}

func scriptOfLetter(r rune) string {
	if r < 0x250 {
		return "Latn"
	}
	for _, s := range scripts {
		if unicode.Is(s.table, r) {
			return s.code
		}
	}
	return ""
}

// scriptNames are the names that lists give to scripts.
var scriptNames = map[string]string{
	"latin":                 "Latn",
	"arabic":                "Arab",
	"cyrillic":              "Cyrl",
	"chinese":               "Hani",
	"chinese simplified":    "Hans",
	"chinese traditional":   "Hant",
	"han":                   "Hani",
	"hebrew":                "Hebr",
	"greek":                 "Grek",
	"georgian":              "Geor",
	"armenian":              "Armn",
	"thai":                  "Thai",
	"burmese":               "Mymr",
	"khmer":                 "Khmr",
	"korean":                "Hang",
	"hangul":                "Hang",
	"japanese":              "Jpan",
	"devanagari":            "Deva",
	"bengali":               "Beng",
	"ethiopic":              "Ethi",
	"persian":               "Arab",
	"farsi":                 "Arab",
	"urdu":                  "Arab",
	"pashto":                "Arab",
	"russian":               "Cyrl",
	"ukrainian":             "Cyrl",
	"chinese (simplified)":  "Hans",
	"chinese (traditional)": "Hant",
	"amharic":               "Ethi",
	"ge'ez":                 "Ethi",
	"tamil":                 "Taml",
	"sinhala":               "Sinh",
	"katakana":              "Kana",
	"hiragana":              "Hira",
	"gurmukhi":              "Guru",
	"lao":                   "Laoo",
}
