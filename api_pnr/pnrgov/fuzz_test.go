package pnrgov_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/pnrgov"
)

// sound checks what holds of every message, whatever was read.
func sound(t testing.TB, m apipnr.Message, size int) {
	t.Helper()
	within := func(origins []apipnr.Origin) {
		for _, o := range origins {
			if int(o.Offset) >= size {
				t.Fatalf("%s at %d of %d", o.Field, o.Offset, size)
			}
		}
	}
	for i, r := range m.Reservations {
		within(r.Origins)
		for _, at := range r.Travellers {
			if m.Travellers[at].Reservation != i {
				t.Fatalf("traveller %d is of reservation %d, not %d", at, m.Travellers[at].Reservation, i)
			}
		}
		for _, x := range r.Tickets {
			if x.Traveller >= len(m.Travellers) {
				t.Fatalf("ticket of traveller %d of %d", x.Traveller, len(m.Travellers))
			}
		}
	}
	for _, p := range m.Travellers {
		within(p.Origins)
	}
	for _, d := range m.Diagnostics {
		if d.Offset > size || d.Code == "" {
			t.Fatalf("diagnostic %q at %d of %d", d.Code, d.Offset, size)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(pushOf(2)))
	f.Add([]byte(wrap(level0, identity, two, "SSR+DOCS:HK:1:ZZ:::::/P/GBR/2/GBR/12JUL26/MI/23AUG29/LOBB/TOM+::1'")))
	f.Add([]byte(wrap(level0, identity, two, "SSR+INFT:HK:1:ZZ:::::-1LOBB/MOLLY.LOBB/TIM 10AUG25+::1'SSR+INFT:HK:2:ZZ+LOBB/TOM/XX::1+/::3'")))
	f.Add([]byte(wrap("SRC'RCI+ZZ:A'EQN+1'RCI+ZZ:B'MSG+8'TVL+121210:1500:151210+XBB:HOTEL'ABI+1'SAC+++X'TIF+A+B'")))
	f.Add([]byte(fold(wrap(level0, identity, "ADD++702:1:2:3::GB:4:5'IFT+4:43+A+B+12345'"), 20)))
	f.Add([]byte(wrap(level0, "SRC'RCI+ZZ:A'SSR+INFT::::::::LOBB.00'")))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, x := range edifact.Read(body, edifact.DefaultLimits()).Messages {
			m := pnrgov.Read(x)
			sound(t, m, len(body)+1)
			if text, err := stable(t, m); err == nil {
				require.Len(t, parse(t, text)[0].Travellers, len(m.Travellers))
			}
		}
	})
}

// What damage does: 10,000 pushes with bytes changed, cut out, doubled and swapped. None may panic or take more memory than its size allows.
func TestMutations(t *testing.T) {
	const runs = 10_000
	random := rand.New(rand.NewPCG(7, 2026))
	seed := []byte(pushOf(2))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	total, lost := 0, 0
	for range runs {
		body := mutated(random, seed)
		total += len(body)
		found := 0
		for _, x := range edifact.Read(body, edifact.DefaultLimits()).Messages {
			m := pnrgov.Read(x)
			sound(t, m, len(body)+1)
			found += len(m.Travellers)
		}
		if found == 0 {
			lost++
		}
	}
	runtime.ReadMemStats(&after)
	require.Less(t, float64(after.TotalAlloc-before.TotalAlloc)/float64(total), 40.0, "bytes allocated for each received, small messages")
	require.Less(t, lost, runs/20, "messages of which nobody was left")
}

// mutated damages a message in up to five places.
func mutated(random *rand.Rand, seed []byte) []byte {
	body := bytes.Clone(seed)
	for range 1 + random.IntN(5) {
		at := random.IntN(len(body))
		span := min(1+random.IntN(40), len(body)-at)
		switch random.IntN(5) {
		case 0:
			body[at] = byte(random.IntN(256))
		case 1:
			body = append(body[:at], body[at+span:]...)
		case 2:
			body = append(body[:at+span], append(bytes.Clone(body[at:at+span]), body[at+span:]...)...)
		case 3:
			body[at] = "'+:?*\n "[random.IntN(7)]
		case 4:
			other := random.IntN(len(body))
			body[at], body[other] = body[other], body[at]
		}
		if len(body) == 0 {
			return bytes.Clone(seed)
		}
	}
	return body
}

// hostile are texts that make careless readers slow; their cost must grow with their size alone.
var hostile = map[string]func(n int) string{
	"travellers": func(n int) string { return wrap(level0, identity, strings.Repeat("TIF+A+B:A:1'", n/12)) },
	"travellers and documents": func(n int) string {
		return wrap(level0, identity, strings.Repeat("TIF+A+B:A'", n/70), strings.Repeat("SSR+DOCS:HK:1:ZZ:::::/P/GBR/2/GBR/12JUL64/M/23AUG29/A/C'", n/70))
	},
	"travellers who board": func(n int) string {
		return wrap(level0, identity, strings.Repeat("TIF+A+B:A'", n/40), "TVL+031226+XAA+XBB+ZZ+1'", strings.Repeat("TRI++1:::9'TIF+A+C:A'", n/40))
	},
	"those without a head": func(n int) string {
		return wrap(level0, identity, "TVL+031226+XAA+XBB+ZZ+1'", strings.Repeat("TIF+A+B:A'", n/10))
	},
	"references": func(n int) string {
		return wrap(level0, identity, "TIF+A+B:A:1'", strings.Repeat("SSR+WCHR:HK:1:ZZ+"+strings.Repeat("::1+", 200)+"'", n/820))
	},
	"locators": func(n int) string {
		return wrap(level0, identity, "TVL+031226+XAA+XBB+ZZ+1'", strings.Repeat("RCI+ZZ:A"+"BCDEF'", n/14))
	},
	"tickets": func(n int) string {
		return wrap(level0, identity, strings.Repeat("SSR+TKNE:HK:1:ZZ:::XAA:XBB:1392178947000C2'", n/45))
	},
	"infants": func(n int) string {
		var b strings.Builder
		for i := range n / 60 {
			fmt.Fprintf(&b, "TIF+A+B:A:%d'SSR+INFT:HK:1:ZZ:::::A/%s/10AUG25+::%d'", i, locatorOf(i), i)
		}
		return wrap(level0, identity, b.String())
	},
	"infants of one": func(n int) string {
		return wrap(level0, identity, "TIF+A+B:A:1'", strings.Repeat("SSR+INFT:HK:1:ZZ:::::A/C/10AUG25'SSR+INFT:HK:1:ZZ:::::B/'", n/55))
	},
	"history": func(n int) string { return wrap(level0, identity, "ABI+1'", strings.Repeat("RPI+1+HK'", n/10)) },
	"hotels": func(n int) string {
		return wrap(level0, identity, "MSG+8'TVL+031226+XAA'", strings.Repeat("ORG+A:B:C'", n/10))
	},
	"strokes": func(n int) string {
		return wrap(level0, identity, strings.Repeat("SSR+DOCS:HK:1:ZZ:::::"+strings.Repeat("/", 5000)+"'", n/5020))
	},
	"titles": func(n int) string {
		return wrap(level0, identity, strings.Repeat("TIF+A+"+strings.Repeat("A MR", 1000)+"'", n/4010))
	},
	"digits": func(n int) string {
		return wrap(level0, identity, strings.Repeat("LTS+"+strings.Repeat("4", 5000)+"'", n/5000))
	},
	"texts": func(n int) string {
		return wrap(level0, identity, strings.Repeat("IFT+4:28+"+strings.Repeat("A+", 900)+"'", n/1810))
	},
	"addresses": func(n int) string {
		return wrap(level0, identity, strings.Repeat("ADD+"+strings.Repeat("+700:1:2:3:4:5:6:12345", 40)+"'", n/900))
	},
	"empty records": func(n int) string { return wrap(level0, strings.Repeat("SRC'", n/4)) },
}

func TestHostileTextsTakeBoundedMemory(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			perByte := func(n int) float64 {
				body := []byte(text(n))
				require.True(t, utf8.Valid(body))
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for _, x := range edifact.Read(body, edifact.DefaultLimits()).Messages {
					pnrgov.Read(x)
				}
				runtime.ReadMemStats(&after)
				return float64(after.TotalAlloc-before.TotalAlloc) / float64(len(body))
			}
			small, large := perByte(200_000), perByte(3_200_000)
			require.Less(t, large, 60.0)
			require.Less(t, perByte(20_000), 80.0, "a short message may not mean more than a long one")
			require.Less(t, large, 2*small+10, "grows faster than the text")
		})
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, text := range hostile {
		for _, size := range []struct {
			name string
			n    int
		}{{"100kB", 100_000}, {"1600kB", 1_600_000}} {
			b.Run(strings.ReplaceAll(name, " ", "-")+"/"+size.name, func(b *testing.B) {
				body := []byte(text(size.n))
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					for _, x := range edifact.Read(body, edifact.DefaultLimits()).Messages {
						pnrgov.Read(x)
					}
				}
			})
		}
	}
}
