package expecteddb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

// BenchmarkLookAmong60000 is the whole check of a traveller at a post that expects 60,000 persons on 300 flights in three days:
// by document, by name and birth date, and of somebody who is on no list.
func BenchmarkLookAmong60000(b *testing.B) {
	p := open(b)
	var noted expected.Flight
	for n := range 300 {
		f := flight(fmt.Sprintf("%04d", n+1), noon.Add(time.Duration(n-150)*10*time.Minute))
		rows := []any{f}
		for i := range 200 {
			rows = append(rows, crowd(b, f, n*200+i))
		}
		p.tell(b, rows...)
		if n == 150 {
			noted = f
		}
	}
	_, err := p.db.Pool.Exec(b.Context(), "ANALYZE expected_person")
	require.NoError(b, err)
	check := expected.NewCheck(expected.CheckConfig{
		Register: p.register, Matcher: expected.Matcher{Policy: expected.DefaultPolicy()}, MaxAge: 24 * time.Hour,
	})
	who := crowd(b, noted, 150*200+7)
	byDocument, byPerson, nobody := subject(who, "151"), subject(who, "151"), subject(who, "151")
	byPerson.Document.Number = "Z9999999"
	nobody.Document.Number, nobody.Identity.Surname, nobody.Identity.BirthDate = "Z9999999", "UNHEARD", date(b, "2001-11-30")
	for _, one := range []struct {
		name string
		s    func() (found bool)
	}{
		{"document", func() bool { return met(b, check, byDocument) }},
		{"person", func() bool { return met(b, check, byPerson) }},
		{"nobody", func() bool { return !met(b, check, nobody) }},
	} {
		b.Run(one.name, func(b *testing.B) {
			for b.Loop() {
				if !one.s() {
					b.Fatal("the answer is wrong")
				}
			}
		})
	}
}

// met reports whether the check found a record of the traveller.
func met(b *testing.B, check *expected.Check, s border.Subject) bool {
	b.Helper()
	f, err := check.Check(b.Context(), s)
	require.NoError(b, err)
	f.Check = expected.Name
	m, is := expected.MetIn([]border.Finding{f})
	return is && m.Person != uuid.Nil
}

// crowd is the nth of many persons: names repeat as they do on flights.
func crowd(t testing.TB, f expected.Flight, n int) expected.Person {
	t.Helper()
	family := []string{"MARTIN", "GARCIA", "SMITH", "KHAN", "NGUYEN", "IVANOVA", "SILVA", "KIM", "MUELLER", "ROSSI"}
	given := []string{"MARIA", "ANNA", "FATIMA", "SOPHIE", "OLGA", "JANE", "YUKI"}
	p := person(t, f, n)
	p.Identity.Surname = fmt.Sprintf("%s%c%c", family[n%10], 'A'+n/10%26, 'A'+n/260%26)
	p.Identity.GivenNames = given[n%7] + " " + given[n/7%7]
	born, err := traveldoc.NewDate(1940+n%70, 1+n/70%12, 1+n/840%28)
	require.NoError(t, err)
	p.Identity.BirthDate = born
	return p
}
