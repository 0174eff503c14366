package manifest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/alerts/listfile"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake/manifest"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func empty() *manifest.Manifest {
	return manifest.Of(apipnr.ExpectedFlight{ID: uuid.New(), Status: apipnr.FlightOpen}, manifest.Tools{NewID: uuid.New, Country: listfile.CountryCode})
}

// human is somebody who travels; what the messages say of him varies.
type human struct {
	surname, given string
	birth          traveldoc.Date
	passport       string
	locator, ref   string
	held           bool // an infant whom reservations name in SSR INFT alone: birth date, no document, no reference
}

func humans(t *rapid.T) []human {
	n := rapid.IntRange(1, 8).Draw(t, "humans")
	list := make([]human, n)
	for i := range list {
		born, err := traveldoc.NewDate(1950+i, 1+i, 1+i) // no two are born on one day
		require.NoError(t, err)
		list[i] = human{
			surname: rapid.SampledFrom([]string{"SMITH", "MULLER", "LI"}).Draw(t, "surname"), // families, and people of one name
			given:   rapid.SampledFrom([]string{"ANNA", "JOHN", "JO", "ANNA MARIA"}).Draw(t, "given"),
			birth:   born, passport: fmt.Sprintf("P%d", 100+i), locator: fmt.Sprintf("LOC%d", i/3), ref: fmt.Sprint(i),
			held: i%3 == 2 && rapid.Bool().Draw(t, "held"),
		}
		if list[i].held {
			list[i].given = "TIM"
		}
	}
	return list
}

// seen is how a source tells of somebody. Birth date and passport stand in every list; a reservation may hold neither of them.
func (h human) seen(t *rapid.T, source string) apipnr.Traveller {
	tr := apipnr.Traveller{Surname: h.surname, GivenNames: h.given, Locator: h.locator, Reservation: -1}
	if source != "api" && h.held {
		tr.BirthDate, tr.AgeGroup, tr.Adult = h.birth, apipnr.Infant, "1"
		return tr
	}
	if source == "api" || rapid.Bool().Draw(t, "docs") {
		tr.BirthDate = h.birth
		tr.Documents = []apipnr.Document{{Type: "P", Number: h.passport, Issuer: rapid.SampledFrom([]string{"UTO", "", "UTO"}).Draw(t, "issuer")}}
	}
	if source == "api" {
		tr.Ref = "ABO" + h.ref
	}
	return tr
}

// Whatever order lists and pushes come in, and however much a reservation says: each passport is on one row, and no row has two. (Who is in
// a reservation without a document, under a name that two of the party have, cannot be told from the other; he is never a third.)
func TestNeverTwoRowsForOneNeverOneForTwo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people, m := humans(t), empty()
		for seq := range rapid.IntRange(2, 6).Draw(t, "messages") {
			in := manifest.Input{IDs: []uuid.UUID{uuid.New()}, Seq: int64(seq + 1), At: noon.Add(time.Duration(seq) * time.Minute), Whole: true}
			if rapid.Bool().Draw(t, "list") {
				in.Message = list(t, people)
			} else {
				in.Message = fullPush(t, people)
			}
			_, err := m.Apply(in)
			require.NoError(t, err)
		}
		rows, births := map[string]int{}, map[traveldoc.Date]int{}
		for _, p := range m.Persons {
			if p.MergedInto != uuid.Nil {
				continue
			}
			passports, days := map[string]bool{}, map[traveldoc.Date]bool{}
			for _, half := range []*apipnr.Traveller{p.API, p.PNR} {
				if half != nil && !half.BirthDate.IsZero() {
					days[half.BirthDate] = true
				}
				if half != nil && len(half.Documents) > 0 {
					passports[half.Documents[0].Number] = true
				}
			}
			require.LessOrEqual(t, len(passports), 1, "one row for two")
			require.LessOrEqual(t, len(days), 1, "one row for two")
			for day := range days {
				births[day]++
			}
			for number := range passports {
				rows[number]++
			}
		}
		for number, n := range rows {
			require.Equal(t, 1, n, "two rows for %s", number)
		}
		for day, n := range births {
			require.Equal(t, 1, n, "two rows for who was born on %s", day)
		}
	})
}

func list(t *rapid.T, people []human) apipnr.Message {
	m := apipnr.Message{Type: apipnr.PAXLST, Function: apipnr.List}
	for _, h := range people {
		if rapid.IntRange(0, 4).Draw(t, "listed") > 0 {
			m.Travellers = append(m.Travellers, h.seen(t, "api"))
		}
	}
	return m
}

func fullPush(t *rapid.T, people []human) apipnr.Message {
	m := apipnr.Message{Type: apipnr.PNRGOV, Function: apipnr.FullPush}
	for i, h := range people {
		if i%3 == 0 {
			m.Reservations = append(m.Reservations, apipnr.Reservation{Locator: h.locator, Carrier: "XX"})
		}
		r := &m.Reservations[len(m.Reservations)-1]
		tr := h.seen(t, "pnr")
		tr.Reservation = len(m.Reservations) - 1
		if !h.held {
			tr.Ref = fmt.Sprint(len(r.Travellers) + 1)
		}
		r.Travellers = append(r.Travellers, len(m.Travellers))
		m.Travellers = append(m.Travellers, tr)
	}
	return m
}

// Applying a message twice is applying it once.
func TestApplyIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people, m := humans(t), empty()
		in := manifest.Input{Message: list(t, people), IDs: []uuid.UUID{uuid.New()}, Seq: 1, At: noon, Whole: true}
		if rapid.Bool().Draw(t, "push") {
			in.Message = fullPush(t, people)
		}
		_, err := m.Apply(in)
		require.NoError(t, err)
		persons, changes := len(m.Persons), len(m.Changes)
		_, err = m.Apply(in)
		require.NoError(t, err)
		require.Len(t, m.Persons, persons)
		require.Len(t, m.Changes, changes)
	})
}

func day(t *testing.T, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

// Two who look alike, and whether they are one.
func TestWhoIsWho(t *testing.T) {
	passport := func(number string) []apipnr.Document {
		return []apipnr.Document{{Type: "P", Number: number, Issuer: "UTO"}}
	}
	for _, c := range []struct {
		name     string
		api, pnr apipnr.Traveller
		one      bool
	}{
		{"by document, the name spelled otherwise", apipnr.Traveller{Surname: "MUELLER", GivenNames: "ANNA", Documents: passport("P1")},
			apipnr.Traveller{Surname: "MULLER", GivenNames: "ANNA", Documents: passport("P1")}, true},
		{"a State in two and in three letters", apipnr.Traveller{Surname: "A", GivenNames: "B", Documents: []apipnr.Document{{Number: "1", Issuer: "NL"}}},
			apipnr.Traveller{Surname: "A", GivenNames: "B", Documents: []apipnr.Document{{Number: "1", Issuer: "NLD"}}}, true},
		{"the same number of two States", apipnr.Traveller{Surname: "AAA", GivenNames: "B", Documents: []apipnr.Document{{Number: "1", Issuer: "NL"}}},
			apipnr.Traveller{Surname: "CCC", GivenNames: "D", Documents: []apipnr.Document{{Number: "1", Issuer: "FRA"}}}, false},
		{"an infant on a parent's document", apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA", BirthDate: day(t, "1980-01-01"), Documents: passport("P1")},
			apipnr.Traveller{Surname: "TESTER", GivenNames: "BABY", BirthDate: day(t, "2026-01-01"), Documents: passport("P1")}, false},
		{"father and son of one name", apipnr.Traveller{Surname: "SMITH", GivenNames: "JOHN", BirthDate: day(t, "1950-01-01"), Locator: "L"},
			apipnr.Traveller{Surname: "SMITH", GivenNames: "JOHN", BirthDate: day(t, "1985-01-01"), Locator: "L"}, false},
		{"two passports of one person", apipnr.Traveller{Surname: "SMITH", GivenNames: "JOHN", BirthDate: day(t, "1950-01-01"), Documents: passport("P1")},
			apipnr.Traveller{Surname: "SMITH", GivenNames: "JOHN", BirthDate: day(t, "1950-01-01"), Documents: passport("P2")}, true},
		{"one name, one locator, given names cut short", apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA MARIA", Locator: "LOC"},
			apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA", Locator: "LOC"}, true},
		{"one name, other locators", apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA", Locator: "LOC1"},
			apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA", Locator: "LOC2"}, false},
		{"a name that nobody else has", apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA"}, apipnr.Traveller{Surname: "TESTER", GivenNames: "ANNA"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := empty()
			c.api.Reservation = -1
			_, err := m.Apply(manifest.Input{
				Message: apipnr.Message{Function: apipnr.List, Travellers: []apipnr.Traveller{c.api}}, IDs: []uuid.UUID{uuid.New()}, Seq: 1, At: noon, Whole: true,
			})
			require.NoError(t, err)
			_, err = m.Apply(manifest.Input{
				Message: apipnr.Message{
					Function: apipnr.FullPush, Travellers: []apipnr.Traveller{c.pnr},
					Reservations: []apipnr.Reservation{{Locator: c.pnr.Locator, Travellers: []int{0}}},
				}, IDs: []uuid.UUID{uuid.New()}, Seq: 2, At: noon, Whole: true,
			})
			require.NoError(t, err)
			require.Equal(t, c.one, len(m.Persons) == 1)
		})
	}
}

// A list that names the document of somebody whom only a reservation knew: two rows turn out to be one.
func TestTwoRowsTurnOutToBeOne(t *testing.T) {
	m := empty()
	apply := func(seq int64, msg apipnr.Message) {
		_, err := m.Apply(manifest.Input{Message: msg, IDs: []uuid.UUID{uuid.New()}, Seq: seq, At: noon, Whole: true})
		require.NoError(t, err)
	}
	passport := []apipnr.Document{{Type: "P", Number: "P1", Issuer: "UTO"}}
	booked := apipnr.Traveller{Surname: "MUELLER", GivenNames: "ANNE", Documents: passport, Locator: "L1"}
	apply(1, apipnr.Message{Function: apipnr.FullPush, Travellers: []apipnr.Traveller{booked}, Reservations: []apipnr.Reservation{{Locator: "L1", Travellers: []int{0}}}})
	apply(2, apipnr.Message{Function: apipnr.List, Travellers: []apipnr.Traveller{{Surname: "MULLER", GivenNames: "ANNA", Ref: "R1", Reservation: -1}}})
	require.Len(t, m.Persons, 2, "nothing says that they are one")
	apply(3, apipnr.Message{Function: apipnr.Change, Travellers: []apipnr.Traveller{{Surname: "MULLER", GivenNames: "ANNA", Ref: "R1", Documents: passport, Reservation: -1}}})
	rest := 0
	for _, p := range m.Persons {
		if p.MergedInto == uuid.Nil {
			rest++
			require.NotNil(t, p.API)
			require.NotNil(t, p.PNR)
		}
	}
	require.Equal(t, 1, rest)
}
