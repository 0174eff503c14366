package expected_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/traveldoc"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

// id is the same for the same name.
func id(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }

func flight(number string) expected.Flight {
	return expected.Flight{
		ID: id(number), Carrier: number[:2], Number: number[2:], Origin: "DXB", Destination: "LHR", ArrivesAt: noon.Add(-30 * time.Minute),
		Direction: border.Entry, Status: apipnr.FlightOpen, API: 200, LastAt: noon.Add(-time.Hour), Until: noon.Add(24 * time.Hour),
	}
}

// anna is declared as her passport says, in seat 12B.
func anna(t testing.TB, f expected.Flight) expected.Person {
	t.Helper()
	return expected.Person{
		ID: id("anna" + f.Designator()), Flight: f.ID, Version: 1, Kind: apipnr.Passenger, Status: apipnr.StatusOnBoard, Listed: true, Seat: "12B",
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: date(t, "1974-08-12"), Sex: "F", Nationality: "SWE"},
		Documents: []traveldoc.Document{{
			Code: "P", Number: "L898902C3", IssuingState: "SWE", ExpiryDate: date(t, "2032-04-15"),
		}},
		Screening: &apipnr.Screening{Outcome: border.NoHit, At: noon.Add(-3 * time.Hour)},
	}
}

// scan is her passport at the counter, with the flight noted.
func scan(t testing.TB, noted string) border.Subject {
	t.Helper()
	s := border.Subject{
		Identity:  traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: date(t, "1974-08-12"), Sex: "F", Nationality: "SWE"},
		Document:  traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "SWE", ExpiryDate: date(t, "2032-04-15")},
		Direction: border.Entry, Mode: border.Air, At: noon, Today: traveldoc.DateOf(noon),
	}
	if noted != "" {
		s.Particulars = map[string]string{"carrier": noted[:2], "flight": noted[2:]}
	}
	return s
}

// register answers what it is told to.
type register struct {
	expected.Answer
	err   error
	asked expected.Query
}

func (r *register) Look(_ context.Context, q expected.Query) (expected.Answer, error) {
	r.asked = q
	return r.Answer, r.err
}

// holding is a register that holds persons on their flights, as of ten minutes ago.
func holding(flights []expected.Flight, persons ...expected.Person) *register {
	r := &register{Answer: expected.Answer{Held: true, Version: 7, AsOf: noon.Add(-10 * time.Minute), Flights: flights}}
	for _, p := range persons {
		for _, f := range flights {
			if f.ID == p.Flight {
				r.Found = append(r.Found, expected.Found{Person: p, Flight: f})
			}
		}
	}
	return r
}

func check(t testing.TB, r *register, s border.Subject) border.Finding {
	t.Helper()
	c := expected.NewCheck(expected.CheckConfig{
		Register: r, Matcher: expected.Matcher{Policy: expected.DefaultPolicy()}, MaxAge: 24 * time.Hour,
	})
	f, err := c.Check(t.Context(), s)
	require.NoError(t, err)
	for _, e := range f.Evidence {
		require.Contains(t, append(expected.EvidenceCodes(), border.CodeNotApplicable), e.Code)
		require.NotEmpty(t, e.Severity)
		if e.Relation != "" {
			require.Contains(t, expected.Relations(), e.Relation)
		}
	}
	return f
}

// said is the evidence in short: code, field and relation.
func said(f border.Finding) (all []string) {
	for _, e := range f.Evidence {
		text := e.Code
		if e.Field != "" {
			text += " " + e.Field + " " + e.Relation
		}
		if e.Severity != border.Note {
			text += " !"
		}
		all = append(all, text)
	}
	return all
}
