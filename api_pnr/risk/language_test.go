package risk_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/risk"
	"github.com/openbmis/openbmis/internal/problem"
)

// Each line is a rule, what it answers about Anna, and what it answers about somebody of whom nothing is known.
func TestWhatRulesAnswer(t *testing.T) {
	l := language(t)
	lists := risk.Lists{"watched": {"xaa", "XZZ"}, "agencies": {"12345678"}}
	for _, c := range []struct {
		cel           string
		anna, unknown risk.Truth
	}{
		{`passenger.nationality in ["XAA", "XBB"] && booking.days_ahead < 2 && pattern.one_way`, risk.True, risk.NotKnown},
		{`passenger.nationality == "XBB" && booking.days_ahead < 2`, risk.False, risk.NotKnown},
		{`passenger.nationality in lists.watched`, risk.True, risk.NotKnown},
		{`!(agency.number in lists.agencies)`, risk.False, risk.NotKnown},
		{`given.passenger.nationality`, risk.True, risk.False},
		{`!given.email.addresses`, risk.False, risk.True},
		{`!given.passenger.birth_place || passenger.birth_place == "X"`, risk.True, risk.True},
		{`passenger.age >= 30 && passenger.age <= 40`, risk.True, risk.NotKnown},
		{`passenger.birth_date < "1990-05-02" && document.expiry > "2026-12-31"`, risk.True, risk.NotKnown},
		{`document.number.startsWith("L89") && document.issuer_differs`, risk.True, risk.NotKnown},
		{`phone.numbers.exists(v, v.startsWith("+4420")) && phone.calling_codes.exists(v, v == "+44")`, risk.True, risk.NotKnown},
		{`"EXAMPLE.ORG" in email.domains`, risk.True, risk.NotKnown},
		{`email.addresses.all(v, v.endsWith("EXAMPLE.ORG"))`, risk.True, risk.NotKnown},
		{`phone.other_people > 5 || card.other_people > 5`, risk.True, risk.NotKnown},
		{`agency.confirmed_before >= 3 && document.crossings_before == 3 && document.refusals_before > 0 && document.days_since_crossing == 20`, risk.True, risk.NotKnown},
		{`loyalty.numbers.size() == 0`, risk.True, risk.NotKnown},
		{`payment.amount > 800 && payment.by_another && !payment.cash && "CC" in payment.forms`, risk.True, risk.NotKnown},
		{`bag.count == 2 && bag.weight >= 31.5 && "12B" in seat.numbers`, risk.True, risk.NotKnown},
		{`passenger.minor_alone`, risk.False, risk.NotKnown},
		{`pnr.known && pnr.api_known && !pnr.name_differs`, risk.True, risk.False},
		{`flight.weekday == "SUN" && flight.hour == 17 && flight.number == "XX0123"`, risk.True, risk.NotKnown},
		{`dwell.longest_hours > 1`, risk.NotKnown, risk.NotKnown},
		{`dwell.longest_hours > 1 && passenger.sex == "M"`, risk.False, risk.NotKnown},
		{`dwell.longest_hours > 1 || passenger.sex == "F"`, risk.True, risk.NotKnown},
		{`booking.hours_ahead == 30`, risk.True, risk.NotKnown},
	} {
		p, err := l.Read(c.cel, lists)
		require.NoError(t, err, c.cel)
		require.LessOrEqual(t, p.Cost, uint64(risk.MaxCost))
		for subject, want := range map[*risk.Subject]risk.Truth{pointer(anna()): c.anna, {Person: apipnr.Expected{}}: c.unknown} {
			have, err := p.Ask(l.Facts(*subject))
			require.NoError(t, err, c.cel)
			require.Equal(t, want.String(), have.String(), c.cel)
		}
		again, err := l.Read(p.CEL, lists)
		require.NoError(t, err, p.CEL)
		require.Equal(t, p.Where, again.Where, "what is shown as conditions is what is written: %s", p.CEL)
	}
}

// What an expert writes that has the builder's shape is shown by the builder.
func TestCELIsReadIntoConditions(t *testing.T) {
	l := language(t)
	for cel, want := range map[string]risk.Condition{
		`passenger.age >= 18 && passenger.age <= 25`:                 {Field: "passenger.age", Operator: risk.Between, Values: []string{"18", "25"}},
		`!(passenger.surname in ["A", "B"])`:                         {Field: "passenger.surname", Operator: risk.NotIn, Values: []string{"A", "B"}},
		`!pattern.one_way`:                                           {Field: "pattern.one_way", Operator: risk.No},
		`!given.seat.numbers`:                                        {Field: "seat.numbers", Operator: risk.NotGiven},
		`!("X" in email.domains)`:                                    {Field: "email.domains", Operator: risk.IsNot, Values: []string{"X"}},
		`email.domains.exists(e, e in ["X", "Y"])`:                   {Field: "email.domains", Operator: risk.In, Values: []string{"X", "Y"}},
		`payment.amount > 12.5`:                                      {Field: "payment.amount", Operator: risk.More, Values: []string{"12.5"}},
		`passenger.surname == document.number`:                       {CEL: "passenger.surname == document.number"},
		`email.domains.size() > 2`:                                   {CEL: "email.domains.size() > 2"},
		`!(pattern.one_way && pattern.legs == 1)`:                    {Not: true, Items: []risk.Condition{{Field: "pattern.one_way", Operator: risk.Yes}, {Field: "pattern.legs", Operator: risk.Is, Values: []string{"1"}}}},
		`"a\"b\\c" in booking.remarks`:                               {Field: "booking.remarks", Operator: risk.Is, Values: []string{`A"B\C`}},
		`pnr.known ? pattern.one_way : passenger.sex == "F"`:         {CEL: `pnr.known ? pattern.one_way : (passenger.sex == "F")`},
		`flight.date >= "2026-01-01" && flight.date <= "2026-02-01"`: {Field: "flight.date", Operator: risk.Between, Values: []string{"2026-01-01", "2026-02-01"}},
	} {
		p, err := l.Read(cel, nil)
		require.NoError(t, err, cel)
		require.Equal(t, want, p.Where, cel)
	}
}

func TestFaultsHaveTheirPlace(t *testing.T) {
	l := language(t)
	for cel, want := range map[string]risk.Fault{
		"passenger.sex == \"F\"\n  && passenger.nationalty == \"X\"": {Line: 2, Column: 6, Message: "no field passenger.nationalty; the nearest is passenger.nationality"},
		`passenger.age == "x"`:                       {Line: 1, Column: 15},
		`passenger.age`:                              {Line: 1, Column: 1},
		``:                                           {Line: 1, Column: 1},
		`passenger.age > (1`:                         {Line: 1, Column: 19},
		`phone.numbers[0] == "x"`:                    {Line: 1, Column: 14},
		`passenger.age / 0 == 1`:                     {Line: 1, Column: 15},
		`passenger.surname.matches("x")`:             {Line: 1, Column: 26},
		`int(passenger.surname) == 1`:                {Line: 1, Column: 4},
		`timestamp("x") == timestamp("")`:            {Line: 1, Column: 10},
		`passenger.surname in lists.nobody_has_this`: {Line: 1, Column: 22},
		strings.Repeat("(", 500):                     {Line: 1, Column: 0},
		`booking.remarks.exists(a, booking.services.exists(b, email.addresses.exists(c, c.contains(a) || c.contains(b))))`: {Line: 1, Column: 1},
		strings.Repeat("x", risk.MaxExpression+1): {Line: 1, Column: 1},
	} {
		_, err := l.Read(cel, nil)
		var faults risk.Faults
		require.ErrorAs(t, err, &faults, cel)
		require.Equal(t, want.Line, faults[0].Line, "%s: %v", cel, faults)
		if want.Column > 0 {
			require.Equal(t, want.Column, faults[0].Column, "%s: %v", cel, faults)
		}
		require.NotEmpty(t, faults[0].Message)
		if want.Message != "" {
			require.Equal(t, want.Message, faults[0].Message)
		}
	}
}

func TestWrongConditionsAreNamed(t *testing.T) {
	l := language(t)
	ok := risk.Condition{Field: "passenger.sex", Operator: risk.Is, Values: []string{"F"}}
	for at, c := range map[string]risk.Condition{
		"where":      {},
		"0.field":    {Field: "passenger.shoe_size", Operator: risk.Is, Values: []string{"1"}},
		"0.operator": {Field: "passenger.age", Operator: risk.Begins, Values: []string{"1"}},
		"0.values":   {Field: "passenger.age", Operator: risk.Is, Values: []string{"one"}},
		"1.0.values": {Items: []risk.Condition{ok, {Any: true, Items: []risk.Condition{{Field: "flight.date", Operator: risk.Before, Values: []string{"2026-02-30"}}, ok}}}},
		"1.values":   {Items: []risk.Condition{ok, {Field: "passenger.age", Operator: risk.Between, Values: []string{"9", "3"}}}},
	} {
		if !c.Group() {
			c = risk.Condition{Items: []risk.Condition{c}}
		}
		_, err := l.Compile(c, nil)
		var p *problem.Error
		require.ErrorAs(t, err, &p, at)
		require.Equal(t, at, p.Field)
	}
	deep := ok
	for range 6 {
		deep = risk.Condition{Not: true, Items: []risk.Condition{deep, ok}}
	}
	_, err := l.Compile(deep, nil)
	require.ErrorIs(t, err, problem.New(problem.Invalid, "risk.too_deep"))
}

// generated draws a condition that the builder can make.
func generated(l *risk.Language, depth int) *rapid.Generator[risk.Condition] {
	return rapid.Custom(func(t *rapid.T) risk.Condition {
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, "group") == 0 {
			return risk.Condition{
				Any: rapid.Bool().Draw(t, "any"), Not: rapid.Bool().Draw(t, "not"), Items: rapid.SliceOfN(generated(l, depth-1), 1, 4).Draw(t, "items"),
			}
		}
		f := rapid.SampledFrom(l.All()).Draw(t, "field")
		c := risk.Condition{Field: f.Name, Operator: rapid.SampledFrom(risk.Operators(f.Type)).Draw(t, "operator")}
		least, most := c.Operator.Values()
		for range rapid.IntRange(least, min(most, 3)).Draw(t, "values") {
			c.Values = append(c.Values, value(t, f.Type, c.Operator))
		}
		if c.Operator == risk.Between {
			c.Values[1] = c.Values[0]
		}
		return c
	})
}

func value(t *rapid.T, of risk.Type, o risk.Operator) string {
	switch {
	case o == risk.Listed || o == risk.NotListed:
		return rapid.SampledFrom([]string{"watched", "agencies"}).Draw(t, "list")
	case of == risk.Number:
		return rapid.StringMatching(`-?[1-9][0-9]{0,4}|0`).Draw(t, "number")
	case of == risk.Amount:
		return rapid.StringMatching(`[1-9][0-9]{0,4}\.[1-9]`).Draw(t, "amount")
	case of == risk.Date:
		return rapid.StringMatching(`20[0-9]{2}-0[1-9]-[12][0-8]`).Draw(t, "date")
	}
	return rapid.StringMatching(`[A-Z"\\é <>&' *?{}0-9]{1,12}`).Draw(t, "text")
}

// Whatever the builder makes compiles within its cost, is total, and is read back as what it was.
func TestBuilderAndCELAreOne(t *testing.T) {
	l := language(t)
	lists := risk.Lists{"watched": {"A"}, "agencies": {"B"}}
	facts := l.Facts(anna())
	nobody := l.Facts(risk.Subject{})
	rapid.Check(t, func(t *rapid.T) {
		where := risk.Condition{Items: rapid.SliceOfN(generated(l, 2), 1, 5).Draw(t, "where")}
		p, err := l.Compile(where, lists)
		if problem.KindOf(err) == problem.Invalid {
			return // a text of spaces alone is no value
		}
		if err != nil {
			t.Fatalf("compile: %v", err)
		}
		for _, f := range []*risk.Facts{facts, nobody} {
			if _, err := p.Ask(f); err != nil {
				t.Fatalf("%s: %v", p.CEL, err)
			}
		}
		again, err := l.Read(p.CEL, lists)
		if err != nil {
			t.Fatalf("%s: %v", p.CEL, err)
		}
		if again.CEL != p.CEL {
			t.Fatalf("written %s\nread and written again %s", p.CEL, again.CEL)
		}
		for _, leaf := range again.Where.Leaves() {
			if leaf.CEL != "" {
				t.Fatalf("the builder cannot show %s of its own %s", leaf.CEL, p.CEL)
			}
		}
	})
}

func TestAHitExplainsItself(t *testing.T) {
	l := language(t)
	p, err := l.Read(`passenger.nationality == "XAA" && (phone.other_people > 5 || dwell.longest_hours > 3) && pattern.one_way`, nil)
	require.NoError(t, err)
	terms := p.Explain(l.Facts(anna()))
	require.Len(t, terms, 4)
	require.Equal(t, risk.Term{
		Condition: risk.Condition{Field: "passenger.nationality", Operator: risk.Is, Values: []string{"XAA"}}, CEL: `passenger.nationality == "XAA"`, Answer: risk.True,
		Values: []risk.Value{{
			Field: "passenger.nationality", Known: true, Text: []string{"XAA"},
			From: []risk.Source{{Told: "api", Message: anna().Person.APIMessage, Segment: 14, Offset: 480}},
		}},
	}, terms[0])
	require.Equal(t, []risk.Value{{Field: "phone.other_people", Known: true, Text: []string{"7"}, From: []risk.Source{{Told: "history"}}}}, terms[1].Values)
	require.Equal(t, risk.NotKnown, terms[2].Answer, "what was not known is said")
	require.False(t, terms[2].Values[0].Known)
	require.Equal(t, risk.True, terms[3].Answer)
	require.Equal(t, []string{"passenger.nationality", "phone.other_people", "dwell.longest_hours", "pattern.one_way"}, p.Fields)
	kept, err := json.Marshal(terms)
	require.NoError(t, err)
	var back []risk.Term
	require.NoError(t, json.Unmarshal(kept, &back))
	require.Equal(t, terms, back)
}

func TestThereIsAFieldForEveryEntity(t *testing.T) {
	l := language(t)
	require.GreaterOrEqual(t, len(l.All()), 60)
	seen := 0
	for _, e := range risk.Entities() {
		require.NotEmpty(t, l.Of(e), e)
		seen += len(l.Of(e))
	}
	require.Equal(t, len(l.All()), seen, "no field stands outside of the entities")
	require.Len(t, l.Names(), seen, "no name twice")
}

func FuzzRead(f *testing.F) {
	l := language(f)
	for _, s := range []string{`passenger.age > 1`, `a.b.exists(x, x == y)`, `!(pattern.one_way) && given.seat.numbers`, `"\u00e9" in email.domains`, `((`, `[1,2].all(x, x in [x])`} {
		f.Add(s)
	}
	facts := l.Facts(anna())
	f.Fuzz(func(t *testing.T, text string) {
		p, err := l.Read(text, risk.Lists{"watched": {"A"}})
		if err != nil {
			return
		}
		if p.Cost > risk.MaxCost {
			t.Fatalf("cost %d", p.Cost)
		}
		first, err := p.Ask(facts)
		if err != nil {
			t.Fatalf("not total: %v", err)
		}
		again, err := l.Read(p.CEL, risk.Lists{"watched": {"A"}})
		if err != nil {
			t.Fatalf("%q written as %q: %v", text, p.CEL, err)
		}
		if second, err := again.Ask(facts); err != nil || first != second {
			t.Fatalf("%q answers %v, written as %q %v (%v)", text, first, p.CEL, second, err)
		}
	})
}

// What is larger than the estimate assumed is counted: the answer is "not known", and says why.
func TestTheLimitHoldsForValuesOfAnySize(t *testing.T) {
	l := language(t)
	p, err := l.Read(`booking.remarks.exists(a, booking.remarks.exists(b, a == "XYZ" && b == "X"))`, nil)
	require.NoError(t, err)
	subject := anna()
	for i := range 3000 {
		subject.Person.Booking.Remarks = append(subject.Person.Booking.Remarks, strings.Repeat("Y", 300)+strconv.Itoa(i))
	}
	answer, err := p.Ask(l.Facts(subject))
	require.ErrorContains(t, err, "cost")
	require.Equal(t, risk.NotKnown, answer)
	require.NotContains(t, err.Error(), "YYY", "no values in an error")
}
