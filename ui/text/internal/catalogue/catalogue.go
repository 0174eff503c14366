// Package catalogue reads the files of texts and finds what is missing in them. It exists apart from package text so that
// the generator of keys works even when the keys that it is to write are not there yet. It must never mend a text silently,
// save for the no-break spaces that French typography asks for.
package catalogue

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Languages are the languages every text must exist in, English (the reference) first. BCP 47.
func Languages() []string { return []string{"en", "fr", "es", "ar"} }

// Forms are the CLDR plural categories, in CLDR order.
func Forms() []string { return []string{"zero", "one", "two", "few", "many", "other"} }

// Message is one text. A text without plural forms has "other" only.
type Message struct {
	Key   string
	File  string
	Forms map[string]string
}

// Plural reports whether the text has more forms than one.
func (m Message) Plural() bool { return len(m.Forms) > 1 }

// Catalogue maps language to key to message.
type Catalogue map[string]map[string]Message

// Keys are the keys of the language, sorted.
func (c Catalogue) Keys(language string) []string {
	return slices.Sorted(maps.Keys(c[language]))
}

// Read reads every <area>.<language>.toml of the folder. The file's tables spell the keys; the area only says whose file it
// is. A key in two files of a language, an unknown language and a value that is no text are errors.
func Read(folder fs.FS) (Catalogue, error) {
	names, err := fs.Glob(folder, "*")
	if err != nil {
		return nil, fmt.Errorf("list catalogue: %w", err)
	}
	c := Catalogue{}
	for _, language := range Languages() {
		c[language] = map[string]Message{}
	}
	for _, name := range names {
		if err := c.readFile(folder, name); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c Catalogue) readFile(folder fs.FS, name string) error {
	parts := strings.Split(path.Base(name), ".")
	if len(parts) != 3 || parts[2] != "toml" || c[parts[1]] == nil {
		return fmt.Errorf("%s: expected <area>.<language>.toml with a language of %v", name, Languages())
	}
	raw, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("read catalogue: %w", err)
	}
	var tree map[string]any
	if err := toml.Unmarshal(raw, &tree); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return c.add(parts[1], name, "", tree)
}

func (c Catalogue) add(language, file, key string, value any) error {
	switch value := value.(type) {
	case string:
		return c.put(language, Message{Key: key, File: file, Forms: map[string]string{"other": value}})
	case map[string]any:
		if forms, ok := pluralForms(value); ok {
			return c.put(language, Message{Key: key, File: file, Forms: forms})
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if err := c.add(language, file, join(key, name), value[name]); err != nil {
				return err
			}
		}
		return nil
	default:
		return fmt.Errorf("%s: %s: expected a text or a table of texts", file, key)
	}
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// pluralForms takes a table for the forms of one text when it has "other" and nothing but plural categories.
func pluralForms(table map[string]any) (map[string]string, bool) {
	forms := map[string]string{}
	for name, value := range table {
		text, ok := value.(string)
		if !ok || !slices.Contains(Forms(), name) {
			return nil, false
		}
		forms[name] = text
	}
	_, ok := forms["other"]
	return forms, ok
}

func (c Catalogue) put(language string, m Message) error {
	if first, twice := c[language][m.Key]; twice {
		return fmt.Errorf("%s: %s stands in %s too", m.File, m.Key, first.File)
	}
	for form, text := range m.Forms {
		if language == "fr" {
			m.Forms[form] = NoBreakSpaces(text)
		}
	}
	c[language][m.Key] = m
	return nil
}

// NoBreakSpaces puts the no-break space that French typography demands before : ; ? ! and inside « », where a writer typed
// an ordinary one.
func NoBreakSpaces(text string) string {
	return strings.NewReplacer(" :", "\u00a0:", " ;", "\u00a0;", " ?", "\u00a0?", " !", "\u00a0!", " »", "\u00a0»", "« ", "«\u00a0").Replace(text)
}
