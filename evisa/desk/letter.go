package desk

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/traveldoc"
)

// TemplateKind is what a template is for; a key of the text catalogue below "visadesk.template.".
type TemplateKind string

// The kinds.
const (
	TemplateAsk    TemplateKind = "ask"
	TemplateInvite TemplateKind = "invite"
	TemplateRefuse TemplateKind = "refuse"
)

// TemplateKinds are all kinds, in the order shown.
func TemplateKinds() []TemplateKind {
	return []TemplateKind{TemplateAsk, TemplateInvite, TemplateRefuse}
}

// Template is a letter with places, in the applicants' languages. One that comes with the program has no id and no title: its kind names it in
// the reader's language.
type Template struct {
	ID      uuid.UUID
	Kind    TemplateKind
	Version int // 0: new
	Title   string
	// Words are by language: "en", "fr", "es", "ar". Places are "{name}"; see Places.
	Words     map[string]string
	ChangedAt time.Time
	ChangedBy string // log-in name
	Retired   bool
}

// Places are the places that a template may have, and what each stands for.
func Places() []string {
	return []string{"reference", "name", "type", "authority", "papers", "until", "when", "place", "grounds", "appeal_until"}
}

var place = regexp.MustCompile(`\{([a-z_]*)\}`)

// check says what is wrong with a template.
func (t Template) check() error {
	if !slices.Contains(TemplateKinds(), t.Kind) {
		return ErrTemplate.At("kind")
	}
	if _, err := text(t.Title, "title", 100, ErrTemplate); err != nil {
		return err
	}
	if t.Words["en"] == "" {
		return ErrTemplate.At("words.en").With("max", MaxLetter)
	}
	for language, words := range t.Words {
		if !slices.Contains(Languages(), language) || utf8.RuneCountInString(words) > MaxLetter || strings.ContainsRune(words, 0) {
			return ErrTemplate.At("words."+language).With("max", MaxLetter)
		}
		for _, found := range place.FindAllStringSubmatch(words, -1) {
			if !slices.Contains(Places(), found[1]) {
				return ErrPlaces.At("words."+language).With("place", found[1])
			}
		}
	}
	return nil
}

// Languages are those that letters are written in.
func Languages() []string { return []string{"en", "fr", "es", "ar"} }

// Values fill the places of a template.
type Values map[string]string

// Fill writes a template in a language, in English where it has no words of it. A place without a value stays as it is, so that an
// officer sees what is to be filled in.
func (t Template) Fill(language string, values Values) string {
	if words := t.Words[language]; words != "" {
		return values.In(language, words)
	}
	return values.In("en", t.Words["en"])
}

// In fills the places of a text that is written in a language.
func (v Values) In(language, words string) string {
	return place.ReplaceAllStringFunc(words, func(found string) string {
		if value := v[found[1:len(found)-1]]; value != "" {
			return isolated(language, value)
		}
		return found
	})
}

// isolated keeps a value from being read backwards in a text that is written from right to left, line by line (Unicode UAX 9, FSI and PDI).
func isolated(language, value string) string {
	if language != "ar" {
		return value
	}
	lines := strings.Split(value, "\n")
	for n := range lines {
		lines[n] = "\u2068" + lines[n] + "\u2069"
	}
	return strings.Join(lines, "\n")
}

// letter is a text to an applicant, without what nobody sees around it. One with a place that nobody filled in is not sent.
func letter(typed, field string, wrong *problem.Error) (string, error) {
	said, err := text(typed, field, MaxLetter, wrong)
	if err != nil {
		return "", err
	}
	for _, found := range place.FindAllStringSubmatch(said, -1) {
		if slices.Contains(Places(), found[1]) {
			return "", ErrUnfilled.At(field).With("place", found[0])
		}
	}
	return said, nil
}

// values are what a case gives to a letter.
func (d *Desk) values(c *Case, grounds []string) Values {
	a, p := c.Application, d.Policy()
	v := Values{
		"reference": a.Reference.String(), "name": strings.TrimSpace(a.Identity.GivenNames + " " + a.Identity.Surname), "authority": p.Authority,
		"until": d.inDays(a.Language, p.Reply), "appeal_until": d.inDays(a.Language, p.Appeal),
	}
	if t, known := p.Type(a.Type); known {
		v["type"] = evisa.Coded{Words: t.Name}.In(a.Language)
	}
	var lines []string
	for _, code := range grounds {
		if g, known := p.Ground(code); known {
			lines = append(lines, strings.TrimSpace("("+g.Legal+") "+g.In(a.Language)))
		}
	}
	v["grounds"] = strings.Join(lines, "\n")
	return v
}

// inDays is the day so many days from now, as a letter in the language writes it.
func (d *Desk) inDays(language string, days int) string {
	return d.c.Day(language, traveldoc.DateOf(d.c.Now().UTC().AddDate(0, 0, days)))
}

// Compose writes a letter of a template for an application, in its applicant's language. What it is about beside the application (the papers,
// a day, a place) the caller says.
func (d *Desk) Compose(c *Case, t Template, grounds []string, beside Values) string {
	if c.Application == nil {
		return ""
	}
	values := d.values(c, grounds)
	maps.Copy(values, beside)
	return t.Fill(c.Application.Language, values)
}

// refusalLetter is the letter of a refusal where the officer wrote none.
func (d *Desk) refusalLetter(c *Case, grounds []string) string {
	for _, t := range DefaultTemplates() {
		if t.Kind == TemplateRefuse {
			return d.Compose(c, t, grounds, nil)
		}
	}
	return ""
}

// Templates are the letters that officers begin from: the desk's own, and those that come with the program where it has none of a kind.
func (d *Desk) Templates(ctx context.Context) ([]Template, error) {
	own, err := d.c.Store.Templates(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range DefaultTemplates() {
		if !slices.ContainsFunc(own, func(o Template) bool { return o.Kind == t.Kind && !o.Retired }) {
			own = append(own, t)
		}
	}
	return own, nil
}

// SaveTemplate writes a template; one of Version 0 is new. A retired one stays, and is offered no more.
func (d *Desk) SaveTemplate(ctx context.Context, actor audit.Actor, t Template) (Template, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	if t.ID == uuid.Nil {
		t.ID, t.Version = d.c.NewID(), 0
	}
	t.ChangedAt, t.ChangedBy = d.c.Now().UTC(), actor.Name
	return d.c.Store.SaveTemplate(ctx, actor, t)
}

// BuiltIn reports whether the letter comes with the program.
func (t Template) BuiltIn() bool { return t.ID == uuid.Nil }

// DefaultTemplates come with the program.
func DefaultTemplates() []Template {
	return []Template{
		{Kind: TemplateAsk, Words: map[string]string{
			"en": "Dear {name},\n\nTo examine your application {reference} we need the following from you:\n\n{papers}\n\n" +
				"Please send it by {until}.\n\n{authority}",
			"fr": "Bonjour {name},\n\nPour examiner votre demande {reference}, nous avons besoin des pièces suivantes :\n\n{papers}\n\n" +
				"Veuillez les envoyer au plus tard le {until}.\n\n{authority}",
			"es": "Hola, {name}:\n\nPara examinar su solicitud {reference} necesitamos lo siguiente:\n\n{papers}\n\n" +
				"Envíelo a más tardar el {until}.\n\n{authority}",
			"ar": "{name}، تحية طيبة وبعد،\n\nلدراسة طلبكم رقم {reference} نحتاج منكم إلى ما يلي:\n\n{papers}\n\n" +
				"يرجى إرساله في موعد أقصاه {until}.\n\n{authority}",
		}},
		{Kind: TemplateInvite, Words: map[string]string{
			"en": "Dear {name},\n\nWe ask you to come to an interview about your application {reference}:\n\n{when}\n{place}\n\n" +
				"Please bring your travel document.\n\n{authority}",
			"fr": "Bonjour {name},\n\nNous vous invitons à un entretien au sujet de votre demande {reference} :\n\n{when}\n{place}\n\n" +
				"Veuillez vous munir de votre document de voyage.\n\n{authority}",
			"es": "Hola, {name}:\n\nLe citamos a una entrevista sobre su solicitud {reference}:\n\n{when}\n{place}\n\n" +
				"Traiga su documento de viaje.\n\n{authority}",
			"ar": "{name}، تحية طيبة وبعد،\n\nندعوكم إلى مقابلة بشأن طلبكم رقم {reference}:\n\n{when}\n{place}\n\n" +
				"يرجى إحضار وثيقة سفركم.\n\n{authority}",
		}},
		{Kind: TemplateRefuse, Words: map[string]string{
			"en": "Dear {name},\n\nYour application {reference} ({type}) is refused for the following reasons:\n\n{grounds}\n\n" +
				"You may appeal until {appeal_until}.\n\n{authority}",
			"fr": "Bonjour {name},\n\nVotre demande {reference} ({type}) est refusée pour les motifs suivants :\n\n{grounds}\n\n" +
				"Vous pouvez former un recours jusqu'au {appeal_until} inclus.\n\n{authority}",
			"es": "Hola, {name}:\n\nSu solicitud {reference} ({type}) ha sido denegada por los motivos siguientes:\n\n{grounds}\n\n" +
				"Puede recurrir hasta el {appeal_until} inclusive.\n\n{authority}",
			"ar": "{name}، تحية طيبة وبعد،\n\nرُفض طلبكم رقم {reference} ({type}) للأسباب التالية:\n\n{grounds}\n\n" +
				"يمكنكم الطعن في القرار حتى يوم {appeal_until}.\n\n{authority}",
		}},
	}
}
