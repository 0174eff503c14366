package catalogue

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// required are the plural forms that a language cannot do without; "many" of French and Spanish (millions) falls back to other.
func required(language string) []string {
	if language == "ar" {
		return Forms()
	}
	return []string{"one", "other"}
}

// Check lists everything that is wrong: a key missing or surplus in a language, places that differ from English, plural
// forms that the language needs, places that are not a plain name, French marks without their space.
func (c Catalogue) Check() []error {
	var faults []error
	reference := c[Languages()[0]]
	for _, language := range Languages() {
		for _, key := range slices.Sorted(maps.Keys(reference)) {
			m, ok := c[language][key]
			if !ok {
				faults = append(faults, fmt.Errorf("%s: missing in %s (it stands in %s)", key, language, reference[key].File))
				continue
			}
			faults = append(faults, checkMessage(language, m, reference[key])...)
		}
		for _, key := range c.Keys(language) {
			if _, ok := reference[key]; !ok {
				faults = append(faults, fmt.Errorf("%s: stands in %s, but not in English", key, c[language][key].File))
			}
		}
	}
	return faults
}

func checkMessage(language string, m, reference Message) []error {
	var faults []error
	fail := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: %s: %s", m.File, m.Key, fmt.Sprintf(format, args...)))
	}
	if m.Plural() != reference.Plural() {
		fail("plural here or in %s, but not in both", reference.File)
	}
	for _, form := range required(language) {
		if _, ok := m.Forms[form]; m.Plural() && !ok {
			fail("plural form %q is missing", form)
		}
	}
	for _, form := range slices.Sorted(maps.Keys(m.Forms)) {
		for _, wrong := range wrongMarks(language, m.Forms[form]) {
			fail("%s", wrong)
		}
	}
	if have, want := Places(m), Places(reference); !slices.Equal(have, want) {
		fail("places %v, expected %v as in English", have, want)
	}
	return faults
}

var (
	anyPlace   = regexp.MustCompile(`{{.*?}}`)
	plainPlace = regexp.MustCompile(`^{{\.([a-z][a-z0-9_]*)}}$`)
	tightMark  = regexp.MustCompile(`[\pL\d)»}][;?!]|\pL:`)
)

func wrongMarks(language, text string) []string {
	var faults []string
	if strings.TrimSpace(text) == "" {
		faults = append(faults, "the text is empty")
	}
	for _, place := range anyPlace.FindAllString(text, -1) {
		if !plainPlace.MatchString(place) {
			faults = append(faults, fmt.Sprintf("place %s: expected {{.name}}", place))
		}
	}
	if found := tightMark.FindString(text); language == "fr" && found != "" {
		faults = append(faults, fmt.Sprintf("%q: French puts a space before the mark", found))
	}
	return faults
}

// Places are the names of the places in the text, over all its forms, sorted. The count of a plural is one of them.
func Places(m Message) []string {
	names := map[string]bool{}
	for _, text := range m.Forms {
		for _, place := range anyPlace.FindAllString(text, -1) {
			names[strings.Trim(place, "{}.")] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
