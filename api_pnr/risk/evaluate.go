package risk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/google/uuid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
)

// Ask answers the program's question about a person. A fault (the cost limit was met) is an answer "not known" with an error that names
// no values.
func (p *Program) Ask(f *Facts) (Truth, error) {
	for _, i := range p.reads {
		if f.value(i); f.large {
			return ask(p.whole, p.lists, f)
		}
	}
	return ask(p.quick, p.lists, f)
}

func ask(program cel.Program, values map[string]ref.Val, f *Facts) (Truth, error) {
	f.lists = values
	out, _, err := program.Eval(f)
	if err != nil {
		return NotKnown, fmt.Errorf("risk rule: %w", err)
	}
	switch out {
	case types.True:
		return True, nil
	case types.False:
		return False, nil
	}
	return NotKnown, nil
}

// Term is one condition of a rule, what it answered about a person, and the values that it looked at.
type Term struct {
	Condition Condition `json:"condition"`
	CEL       string    `json:"cel"`
	Answer    Truth     `json:"answer"`
	Values    []Value   `json:"values"`
}

// Value is what a field was for a person. It may identify him.
type Value struct {
	Field string   `json:"field"`
	Known bool     `json:"known"`
	Text  []string `json:"text,omitempty"`
	From  []Source `json:"from,omitempty"`
}

// Source is where a value was told: a message with the place in it, or the history before the flight.
type Source struct {
	Told    string    `json:"told"` // "api", "pnr", "flight", "history"
	Message uuid.UUID `json:"message,omitzero"`
	Segment uint32    `json:"segment,omitempty"`
	Offset  uint32    `json:"offset,omitempty"`
}

// Explain says what each condition answered and with which values, from where.
func (p *Program) Explain(f *Facts) []Term {
	list := make([]Term, 0, len(p.terms))
	for _, t := range p.terms {
		answer, err := ask(t.program, p.lists, f)
		if err != nil {
			answer = NotKnown // the limit of cost was met: the whole rule has said so
		}
		one := Term{Condition: t.leaf, CEL: t.cel, Answer: answer, Values: []Value{}}
		for _, name := range t.fields {
			one.Values = append(one.Values, f.Show(name))
		}
		list = append(list, one)
	}
	return list
}

// Show is a field's value in words that are the same in every language, and where it was told.
func (f *Facts) Show(name string) Value {
	i, ok := f.fields.index[name]
	if !ok {
		return Value{Field: name}
	}
	v := Value{Field: name}
	switch of := f.value(i).(type) {
	case *types.Unknown:
		return v
	case *texts:
		v.Text = slices.Clone(of.list)
	case types.String:
		v.Text = []string{string(of)}
	case types.Int:
		v.Text = []string{strconv.FormatInt(int64(of), 10)}
	case types.Double:
		v.Text = []string{strconv.FormatFloat(float64(of), 'f', -1, 64)}
	case types.Bool:
		v.Text = []string{strings.ToLower(fmt.Sprint(bool(of)))}
	}
	v.Known, v.From = true, f.sources(f.fields.list[i])
	return v
}

// sources are the places of a field in the messages that told of the person.
func (f *Facts) sources(field Field) (list []Source) {
	if field.History {
		return []Source{{Told: "history"}}
	}
	add := func(told string, message uuid.UUID, origins []apipnr.Origin) {
		for _, o := range origins {
			if slices.Contains(field.from, o.Field) {
				list = append(list, Source{told, message, o.Segment, o.Offset})
				return
			}
		}
	}
	if t := f.Person.API; t != nil {
		add("api", f.Person.APIMessage, t.Origins)
	}
	if t := f.Person.PNR; t != nil {
		add("pnr", f.Person.PNRMessage, t.Origins)
	}
	if b := f.booked(); b != nil {
		add("pnr", f.Person.PNRMessage, b.Origins)
	}
	if len(list) > 0 {
		return list
	}
	return f.tellers(field)
}

// tellers are the messages alone, where the place of a value is not known.
func (f *Facts) tellers(field Field) (list []Source) {
	if field.Entity == FlightEntity {
		return []Source{{Told: "flight"}}
	}
	if f.toldByAPI() && field.Entity == Passenger || f.toldByAPI() && field.Entity == Document {
		list = append(list, Source{Told: "api", Message: f.Person.APIMessage})
	}
	if f.toldByPNR() {
		list = append(list, Source{Told: "pnr", Message: f.Person.PNRMessage})
	}
	return list
}
