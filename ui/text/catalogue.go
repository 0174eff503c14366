package text

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/openbmis/openbmis/ui/text/internal/catalogue"
)

//go:embed catalogue/*.toml
var files embed.FS

// Key names a text of the catalogue. The keys are generated from the English files.
type Key string

// Catalogue is all texts in all languages. It does not change after Load and may be used by many goroutines.
type Catalogue struct {
	printers map[Language]*Printer
}

// Load gives the built-in texts, which are read once for all programs of a process. It fails on the faults that the generator refuses
// too.
func Load() (*Catalogue, error) { return builtIn() }

// builtIn is what the first Load has read: the texts are part of the program and do not change.
var builtIn = sync.OnceValues(read)

func read() (*Catalogue, error) {
	folder, err := fs.Sub(files, "catalogue")
	if err != nil {
		return nil, fmt.Errorf("open catalogue: %w", err)
	}
	texts, err := catalogue.Read(folder)
	if err != nil {
		return nil, err
	}
	if faults := texts.Check(); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return build(texts)
}

// Must is Load for main and for tests; it panics on a fault.
func Must() *Catalogue {
	c, err := Load()
	if err != nil {
		panic(err) //nolint:forbidigo // Must panics; a program without its texts cannot start
	}
	return c
}

func build(texts catalogue.Catalogue) (*Catalogue, error) {
	c := &Catalogue{printers: map[Language]*Printer{}}
	for _, l := range Languages() {
		printer, err := newPrinter(l, texts)
		if err != nil {
			return nil, err
		}
		c.printers[l] = printer
	}
	return c, nil
}

func newPrinter(l Language, texts catalogue.Catalogue) (*Printer, error) {
	tag := language.Make(string(l))
	bundle := i18n.NewBundle(tag)
	p := &Printer{language: l, plain: map[Key]string{}, zone: time.UTC, numbers: message.NewPrinter(latinDigits(tag))}
	for key, m := range texts[string(l)] {
		if !m.Plural() && len(catalogue.Places(m)) == 0 {
			p.plain[Key(key)] = m.Forms["other"]
			continue
		}
		if err := bundle.AddMessages(tag, asI18n(key, m)); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	p.localizer = i18n.NewLocalizer(bundle, string(l))
	return p, nil
}

func asI18n(key string, m catalogue.Message) *i18n.Message {
	form := func(name string) string {
		if text, ok := m.Forms[name]; ok {
			return text
		}
		return m.Forms["other"]
	}
	return &i18n.Message{
		ID: key, Zero: form("zero"), One: form("one"), Two: form("two"), Few: form("few"), Many: form("many"), Other: form("other"),
	}
}

// latinDigits keeps 0-9 in every language: at a border a number is compared with a document, which prints those.
func latinDigits(tag language.Tag) language.Tag {
	with, err := tag.SetTypeForKey("nu", "latn")
	if err != nil {
		return tag
	}
	return with
}

// Printer is the printer of the language, with times in UTC; English for a language that is not in the catalogue.
func (c *Catalogue) Printer(l Language) *Printer {
	if p, ok := c.printers[l]; ok {
		return p
	}
	return c.printers[English]
}
