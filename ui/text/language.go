package text

import (
	"golang.org/x/text/language"

	"github.com/openbmis/openbmis/ui/text/internal/catalogue"
)

// Language is one of the catalogue's languages, as a BCP 47 tag.
type Language string

// The languages of the catalogue.
const (
	English Language = "en"
	French  Language = "fr"
	Spanish Language = "es"
	Arabic  Language = "ar"
)

// Languages lists the languages of the catalogue, the default first. The caller owns the slice.
func Languages() []Language {
	var all []Language
	for _, tag := range catalogue.Languages() {
		all = append(all, Language(tag))
	}
	return all
}

// Name is the language's name for itself.
func (l Language) Name() string {
	return map[Language]string{English: "English", French: "Français", Spanish: "Español", Arabic: "العربية"}[l]
}

// Dir is the direction of writing, as in the dir attribute of HTML.
func (l Language) Dir() string {
	if l == Arabic {
		return "rtl"
	}
	return "ltr"
}

// Match is the language to use for wishes in falling order; each is a tag or a whole Accept-Language header, and "" is no
// wish. Wishes that the catalogue cannot meet give English.
func Match(wishes ...string) Language {
	var offered []language.Tag
	for _, l := range Languages() {
		offered = append(offered, language.Make(string(l)))
	}
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, index, confidence := language.NewMatcher(offered).Match(tags...); confidence > language.No {
			return Languages()[index]
		}
	}
	return English
}
