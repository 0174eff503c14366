package risk_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/api_pnr/risk"
)

// BenchmarkFlight asks 200 rules about the 260 persons of a flight: values worked out from their messages anew each time.
func BenchmarkFlight(b *testing.B) {
	l := language(b)
	shapes := []string{
		`passenger.nationality in ["XA%[1]d", "XB%[1]d"] && booking.days_ahead < 2 && pattern.one_way`,
		`booking.days_ahead <= %[1]d && payment.cash && pattern.one_way && bag.count == 0`,
		`phone.numbers.exists(v, v.startsWith("+%[1]d")) || email.domains.exists(v, v.endsWith("X%[1]d.EXAMPLE"))`,
		`(passenger.age >= %[1]d && passenger.age <= 25) && document.days_valid < 90 && !pattern.broken && agency.number != "%[1]d"`,
		`card.other_people > %[1]d || phone.other_people > 9%[1]d || document.refusals_before > %[1]d`,
	}
	var programs []*risk.Program
	for i := range 200 {
		p, err := l.Read(fmt.Sprintf(shapes[i%len(shapes)], i), nil)
		require.NoError(b, err)
		programs = append(programs, p)
	}
	subject := anna()
	for b.Loop() {
		for range 260 {
			facts := l.Facts(subject)
			for _, p := range programs {
				if _, err := p.Ask(facts); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	l := language(b)
	for b.Loop() {
		if _, err := l.Read(`passenger.nationality in ["XAA", "XBB"] && booking.days_ahead < 2 && pattern.one_way`, nil); err != nil {
			b.Fatal(err)
		}
	}
}
