package boarddb_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/screening"
	"github.com/openbmis/openbmis/traveldoc"
)

// crowd is a list of invented people, as long as one likes: names drawn as names are, few of them often and most of them seldom. It feeds
// the centre's own lists; only their rows are not written into the database first.
type crowd struct {
	screening.Store
	entries        int
	given, surname []string
}

func newCrowd(store screening.Store, entries int) *crowd {
	return &crowd{Store: store, entries: entries, given: words(1, 12000), surname: words(2, 48000)}
}

// words makes a vocabulary of distinct words.
func words(kind, n int) []string {
	rng := rand.New(rand.NewPCG(uint64(kind), 7))
	seen, out := map[string]bool{}, make([]string, 0, n)
	onset := strings.Fields("B D F G H J K L M N P R S T V Z KH SH CH GR TR BR ST")
	vowel := strings.Fields("A E I O U A A I OU AI IA")
	for len(out) < n {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(onset[rng.IntN(len(onset))] + vowel[rng.IntN(len(vowel))])
		}
		if w := b.String(); !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

func drawn(rng *rand.Rand, list []string, shift float64) string {
	n := len(list)
	return list[min(n-1, int(shift*(math.Pow(1+float64(n)/shift, rng.Float64())-1)))]
}

// person draws somebody.
func (c *crowd) person(kind, n int) pax {
	rng := rand.New(rand.NewPCG(uint64(kind), uint64(n)))
	born := fmt.Sprintf("%02d%02d%02d", 50+rng.IntN(49), 1+rng.IntN(12), 1+rng.IntN(28))
	return pax{
		surname: drawn(rng, c.surname, 20), given: drawn(rng, c.given, 8), birth: born, nationality: "UTO",
		number: fmt.Sprintf("%c%08d", 'A'+rng.IntN(26), rng.IntN(1e8)), expiry: "301231",
	}
}

func (c *crowd) alert(n int) alerts.Alert {
	p := c.person(3, n)
	a := alerts.Flat{
		ID: fmt.Sprint(n), Surname: p.surname, GivenNames: p.given, Nationality: "UTO", Reason: "invented", Action: "refer",
	}.Alert("national")
	if born, err := traveldoc.ParseDate("19" + p.birth[:2] + "-" + p.birth[2:4] + "-" + p.birth[4:]); err == nil {
		a.Subject.Births = []alerts.Birth{{From: born, To: born}}
	}
	if n%5 == 0 {
		a.Subject.Documents = []alerts.Document{{Type: "P", Number: p.number, Issuer: "UTO"}}
	}
	a.Status, a.Secrecy, a.Version, a.Category = alerts.Active, alerts.Open, 1, alerts.CategoryOther
	return a
}

// Newest is the last entry.
func (c *crowd) Newest(context.Context) (int64, error) { return int64(c.entries), nil }

// Changes are the entries.
func (c *crowd) Changes(_ context.Context, after, upto int64, limit int) ([]screening.Change, error) {
	var list []screening.Change
	for n := after + 1; n <= upto && len(list) < limit; n++ {
		list = append(list, screening.Change{Seq: n, Alert: c.alert(int(n))})
	}
	return list, nil
}

// Alerts are the entries of the keys.
func (c *crowd) Alerts(_ context.Context, keys []string) (map[string]alerts.Alert, error) {
	all := map[string]alerts.Alert{}
	for _, key := range keys {
		var n int
		if _, err := fmt.Sscanf(key, "national/%d", &n); err == nil {
			all[key] = c.alert(n)
		}
	}
	return all, nil
}
