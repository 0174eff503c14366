package evisa

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Policy is what a State offers and asks: the types of visa with fee, papers and targets, the texts that are agreed to by version, who
// decides. The portal and the consular desk read the same one (BMIS_VISA_POLICY, docs/evisa.md).
type Policy struct {
	Version string `json:"version"`
	State   string `json:"state"` // Doc 9303-3 code of the State that issues
	// Authority is printed on notices.
	Authority string `json:"authority"`
	Types     []Type `json:"types"`
	// Declaration and Notice are the versions of the texts in the catalogue that applicants agree to and are told.
	Declaration string `json:"declaration"`
	Notice      string `json:"notice"`
	// Conditions are codes that an approval may carry; words stand in the catalogue below "visa.condition.", or here.
	Conditions []Coded `json:"conditions,omitempty"`
	// Grounds are the coded reasons of a refusal with their provision.
	Grounds []Coded `json:"grounds"`
	// Appeal is how long, in days, a refusal may be appealed against.
	Appeal int `json:"appeal_days"`
	// Reply is how long, in days, an applicant has to send what was asked for.
	Reply int `json:"reply_days"`
	// GroupMost bounds a family or a group.
	GroupMost int `json:"group_most"`
	// DraftDays is how long an application that was begun is kept.
	DraftDays int `json:"draft_days"`
	// Keep is how long, in days, the data of an application is kept after it ended, or after its visa did; 0 is two years.
	Keep int `json:"keep_days,omitempty"`
}

// KeepDays is how long, in days, the data of an application is kept after its end.
func (p Policy) KeepDays() int {
	if p.Keep == 0 {
		return 730
	}
	return p.Keep
}

// Type is one type of visa.
type Type struct {
	Code string            `json:"code"`
	Kind string            `json:"kind"` // "visa" or "travel_authorisation"
	Name map[string]string `json:"name"` // by language
	// Purposes and Nationalities are whom it is offered to; an empty list is everybody. Excluded nationalities are not offered it.
	Purposes      []string `json:"purposes,omitempty"`
	Nationalities []string `json:"nationalities,omitempty"`
	Excluded      []string `json:"excluded,omitempty"`
	// StayDays, ValidDays and Entries bound what may be granted; Entries 0 is multiple.
	StayDays  int      `json:"stay_days"`
	ValidDays int      `json:"valid_days"`
	Entries   int      `json:"entries"`
	Fee       Money    `json:"fee"`
	Files     []string `json:"files,omitempty"` // kinds that must come; the portrait always must
	Host      bool     `json:"host,omitempty"`  // a host or sponsor is asked for
	// FourEyes: approving and refusing want a second officer; FourEyesRefuse: refusing alone does.
	FourEyes       bool `json:"four_eyes,omitempty"`
	FourEyesRefuse bool `json:"four_eyes_refuse,omitempty"`
	// TargetHours is the time within which it is to be decided.
	TargetHours int `json:"target_hours"`
}

// Target is the time within which an application of the type is to be decided.
func (t Type) Target() time.Duration { return time.Duration(t.TargetHours) * time.Hour }

// Offered reports whether somebody may apply for it.
func (t Type) Offered(nationality, purpose string) bool {
	among := func(list []string) bool {
		return slices.ContainsFunc(list, func(code string) bool { return sameState(code, nationality) })
	}
	return (len(t.Nationalities) == 0 || among(t.Nationalities)) && !among(t.Excluded) &&
		(len(t.Purposes) == 0 || slices.Contains(t.Purposes, purpose))
}

// Coded is a coded reason or condition with its provision and its words by language.
type Coded struct {
	Code  string            `json:"code"`
	Legal string            `json:"legal,omitempty"`
	Words map[string]string `json:"words"` // by language: "en", "fr", "es", "ar"
}

// In are the words in a language, in English where there are none.
func (c Coded) In(language string) string {
	if words := c.Words[language]; words != "" {
		return words
	}
	return c.Words["en"]
}

// Type is the type of a code; false when the policy has none.
func (p Policy) Type(code string) (Type, bool) {
	for _, t := range p.Types {
		if t.Code == code {
			return t, true
		}
	}
	return Type{}, false
}

// Ground is the reason of a code.
func (p Policy) Ground(code string) (Coded, bool) { return coded(p.Grounds, code) }

// Condition is the condition of a code.
func (p Policy) Condition(code string) (Coded, bool) { return coded(p.Conditions, code) }

func coded(list []Coded, code string) (Coded, bool) {
	for _, c := range list {
		if c.Code == code {
			return c, true
		}
	}
	return Coded{}, false
}

// ReadPolicy reads a policy and says everything that is wrong with it.
func ReadPolicy(data []byte) (p Policy, err error) {
	if err := json.Unmarshal(data, &p); err != nil {
		return Policy{}, fmt.Errorf("policy of visas: %w", err)
	}
	if err := p.Check(); err != nil {
		return Policy{}, fmt.Errorf("policy of visas: %w", err)
	}
	return p, nil
}

// Check says everything that is wrong with a policy.
func (p Policy) Check() error {
	var all []error
	at := func(field, expected string) { all = append(all, fmt.Errorf("%s: expected %s", field, expected)) }
	for field, text := range map[string]string{"version": p.Version, "authority": p.Authority, "declaration": p.Declaration, "notice": p.Notice} {
		if text == "" {
			at(field, "a text")
		}
	}
	if len(p.State) == 0 || len(p.State) > 3 {
		at("state", "a code of Doc 9303-3")
	}
	for field, n := range map[string]int{"appeal_days": p.Appeal, "reply_days": p.Reply, "draft_days": p.DraftDays, "group_most": p.GroupMost} {
		if n < 1 || n > 365 {
			at(field, "1 to 365")
		}
	}
	if p.Keep < 0 || p.Keep > 36600 || p.Keep > 0 && p.Keep <= p.Appeal {
		at("keep_days", "more than appeal_days, at most 36600")
	}
	if len(p.Types) == 0 || len(p.Grounds) == 0 {
		at("types, grounds", "at least one each")
	}
	for n, t := range p.Types {
		if err := t.check(); err != nil {
			all = append(all, fmt.Errorf("types[%d]: %w", n, err))
		}
	}
	return errors.Join(all...)
}

func (t Type) check() error {
	switch {
	case t.Code == "" || len(t.Code) > 4:
		return errors.New("code: expected one to four characters, which a seal has room for")
	case t.Kind != KindVisa && t.Kind != KindAuthorisation:
		return errors.New("kind: expected visa or travel_authorisation")
	case t.Name["en"] == "":
		return errors.New("name: expected words, in English at least")
	case t.StayDays < 1 || t.StayDays > 3660 || t.ValidDays < 1 || t.ValidDays > 3660 || t.Entries < 0 || t.Entries > 99:
		return errors.New("stay_days, valid_days, entries: expected 1 to 3660 days, 0 to 99 entries")
	case t.TargetHours < 1:
		return errors.New("target_hours: expected at least one")
	}
	return t.Fee.Check()
}

// Kinds of what is granted.
const (
	KindVisa          = "visa"
	KindAuthorisation = "travel_authorisation"
)

func words(en, fr, es, ar string) map[string]string {
	return map[string]string{"en": en, "fr": fr, "es": es, "ar": ar}
}

// DefaultPolicy is what holds for a State that has written none of its own.
func DefaultPolicy(state string) Policy {
	return Policy{
		Version: "2026.1", State: state, Authority: "Visa Office", Declaration: "2026.1", Notice: "2026.1",
		Appeal: 30, Reply: 30, GroupMost: 20, DraftDays: 30,
		Types: []Type{
			{
				Code: "T", Kind: KindVisa, Name: words("Visitor", "Visiteur", "Visitante", "زيارة"), Purposes: []string{"tourism", "family", "event", "medical", "other"},
				StayDays: 30, ValidDays: 90, Entries: 1, Fee: Money{3500, "EUR"}, Files: []string{FilePassport}, FourEyesRefuse: true, TargetHours: 72,
			},
			{
				Code: "B", Kind: KindVisa, Name: words("Business", "Affaires", "Negocios", "أعمال"), Purposes: []string{"business", "official"}, //nolint:misspell // French
				StayDays: 90, ValidDays: 365, Entries: 0, Fee: Money{8000, "EUR"}, Files: []string{FilePassport, "invitation"}, Host: true,
				FourEyesRefuse: true, TargetHours: 72,
			},
			{
				Code: "S", Kind: KindVisa, Name: words("Student", "Étudiant", "Estudiante", "دراسة"), Purposes: []string{"study"},
				StayDays: 365, ValidDays: 365, Entries: 2, Fee: Money{6000, "EUR"}, Files: []string{FilePassport, "invitation", "means"}, Host: true,
				FourEyes: true, TargetHours: 240,
			},
			{
				Code: "H", Kind: KindVisa, Name: words("Humanitarian", "Humanitaire", "Humanitario", "إنساني"), Purposes: []string{"humanitarian", "family"},
				StayDays: 90, ValidDays: 180, Entries: 1, Fee: Money{0, "EUR"}, FourEyes: true, TargetHours: 24,
			},
			{
				Code: "A", Kind: KindAuthorisation, Name: words("Travel authorisation (transit)", "Autorisation de voyage (transit)", "Autorización de viaje (tránsito)", "تصريح سفر (عبور)"),
				Purposes: []string{"transit"}, StayDays: 5, ValidDays: 180, Entries: 2, Fee: Money{700, "EUR"}, TargetHours: 24,
			},
		},
		Conditions: []Coded{
			{Code: "no_work", Words: words("No employment", "Travail interdit", "Sin autorización para trabajar", "لا يسمح بالعمل")},
			{Code: "report_police", Words: words("Report to the police within 7 days", "Se présenter à la police dans les 7 jours", "Presentarse a la policía en 7 días", "مراجعة الشرطة خلال 7 أيام")},
			{Code: "return_ticket", Words: words("Return ticket to be shown", "Billet de retour à présenter", "Debe mostrar billete de vuelta", "إبراز تذكرة العودة")},
			{Code: "insurance", Words: words("Travel insurance to be shown", "Assurance voyage à présenter", "Debe mostrar seguro de viaje", "إبراز تأمين السفر")},
		},
		Grounds: []Coded{
			{Code: "document", Legal: "1", Words: words("The travel document is false, not valid or not accepted.", "Le document de voyage est faux, non valable ou non accepté.", "El documento de viaje es falso, no válido o no aceptado.", "وثيقة السفر مزورة أو غير صالحة أو غير مقبولة.")},
			{Code: "purpose", Legal: "2", Words: words("The purpose and conditions of the stay were not shown.", "L'objet et les conditions du séjour n'ont pas été justifiés.", "No se ha justificado el motivo ni las condiciones de la estancia.", "لم يتم إثبات غرض الإقامة وشروطها.")},
			{Code: "means", Legal: "3", Words: words("Sufficient means for the stay were not shown.", "Les moyens de subsistance suffisants n'ont pas été justifiés.", "No se han justificado medios de subsistencia suficientes.", "لم يتم إثبات توفر الموارد الكافية للإقامة.")},
			{Code: "stay_used", Legal: "4", Words: words("The days of stay allowed in the period are used.", "La durée de séjour autorisée est épuisée.", "Se han agotado los días de estancia permitidos.", "استُنفدت أيام الإقامة المسموح بها.")},
			{Code: "alert", Legal: "5", Words: words("An alert for the purpose of refusing entry has been issued.", "Un signalement aux fins de non-admission a été émis.", "Existe una descripción a efectos de denegación de entrada.", "صدر تنبيه بمنع الدخول.")},
			{Code: "threat", Legal: "6", Words: words("A threat to public policy, internal security or public health.", "Une menace pour l'ordre public, la sécurité ou la santé publique.", "Una amenaza para el orden público, la seguridad o la salud pública.", "تهديد للنظام العام أو الأمن أو الصحة العامة.")},
			{Code: "information", Legal: "7", Words: words("The information given was not reliable.", "Les informations communiquées ne sont pas fiables.", "La información facilitada no es fiable.", "المعلومات المقدمة غير موثوقة.")},
			{Code: "return", Legal: "8", Words: words("The intention to leave before the visa ends could not be established.", "La volonté de quitter le territoire avant l'expiration du visa n'a pas été établie.", "No se ha podido establecer la intención de salir antes de que expire el visado.", "لم تثبت نية المغادرة قبل انتهاء التأشيرة.")},
		},
	}
}
