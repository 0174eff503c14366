package stay_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/stay"
	"github.com/openbmis/openbmis/traveldoc"
)

// crossings is a file of n crossings, a stay of four days every eleven, so that the window is full of them.
func crossings(n int) stay.History {
	var h stay.History
	first := time.Date(2025, 9, 1, 9, 0, 0, 0, time.UTC)
	for i := range n {
		at := first.AddDate(0, 0, i/2*11+i%2*3)
		direction := border.Entry
		if i%2 == 1 {
			direction = border.Exit
		}
		h.Movements = append(h.Movements, stay.Movement{
			ID: uuid.NewSHA1(uuid.Nil, []byte(fmt.Sprint(i))), Direction: direction, At: at, Date: traveldoc.DateOf(at), Station: "bench-air",
			Basis: border.ShortStay, Category: border.Ordinary, Nationality: "UTO",
		})
	}
	return h
}

// Answer is the whole way from records to an answer; figures the answer alone, once the records are in order.
func BenchmarkAnswer(b *testing.B) {
	for _, n := range []int{2, 50, 500} {
		h := crossings(n)
		ask := stay.Ask{On: stay.AddDays(h.Movements[n-1].Date, 5), Nationality: "UTO"}
		b.Run(fmt.Sprintf("crossings=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				line := stay.Build(h)
				if a := line.Answer(stay.Regimes{}, ask); a.Used == 0 {
					b.Fatal("no days")
				}
			}
		})
		line := stay.Build(h)
		b.Run(fmt.Sprintf("figures/crossings=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				line.Answer(stay.Regimes{}, ask)
			}
		})
	}
	spoilt := crossings(50)
	spoilt.Movements = append(spoilt.Movements[:20], spoilt.Movements[21:]...)
	ask := stay.Ask{On: stay.AddDays(spoilt.Movements[48].Date, 5)}
	require.True(b, stay.Build(spoilt).Answer(stay.Regimes{}, ask).Uncertain)
	b.Run("uncertain/crossings=49", func(b *testing.B) {
		for b.Loop() {
			stay.Build(spoilt).Answer(stay.Regimes{}, ask)
		}
	})
}
