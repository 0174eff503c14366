package listfile_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
)

// repeated is a sample with its first entry n times, each with a number of its own.
func repeated(b *testing.B, name, open, end, id string, n int) []byte {
	b.Helper()
	text := string(sample(b, name))
	from := strings.Index(text, open)
	to := from + strings.Index(text[from:], end) + len(end)
	entry := text[from:to]
	require.Contains(b, entry, id)
	var out bytes.Buffer
	out.WriteString(text[:from])
	for i := range n {
		out.WriteString(strings.Replace(entry, id, fmt.Sprint(strings.TrimRight(id, "0123456789"), 100000+i), 1))
	}
	out.WriteString(text[to:])
	return out.Bytes()
}

func benchRead(b *testing.B, text []byte, o listfile.Options, entries int) {
	b.Helper()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := listfile.Read(bytes.NewReader(text), o)
		require.NoError(b, err)
		require.GreaterOrEqual(b, len(f.Alerts), entries)
	}
	b.ReportMetric(float64(entries*b.N)/b.Elapsed().Seconds(), "entries/s")
}

// BenchmarkRead reads 2,000 invented entries of each form, with far more in each than a real one has.
func BenchmarkRead(b *testing.B) {
	b.Run("un", func(b *testing.B) {
		benchRead(b, repeated(b, "un.xml", "<INDIVIDUAL>", "</INDIVIDUAL>", "<REFERENCE_NUMBER>UTi.001", 2000), listfile.Options{List: "un"},
			2000)
	})
	b.Run("advanced", func(b *testing.B) {
		text := repeated(b, "sdn_advanced.xml", "<DistinctParty ", "</DistinctParty>", `<DistinctParty FixedRef="101`, 2000)
		benchRead(b, text, listfile.Options{List: "ofac"}, 2000)
	})
	b.Run("ofac", func(b *testing.B) {
		row := strings.Split(string(sample(b, "sdn.csv")), "\r\n")[1]
		var text bytes.Buffer
		for i := range 2000 {
			text.WriteString(strings.Replace(row, "101", fmt.Sprint(100000+i), 1) + "\r\n")
		}
		benchRead(b, text.Bytes(), listfile.Options{List: "ofac"}, 2000)
	})
	b.Run("own", func(b *testing.B) {
		lines := strings.SplitAfter(string(sample(b, "own.csv")), "\n")
		var text bytes.Buffer
		text.WriteString(lines[0])
		for i := range 2000 {
			text.WriteString(strings.Replace(lines[1], "A-1", fmt.Sprintf("A-%d", 100000+i), 1))
		}
		benchRead(b, text.Bytes(), listfile.Options{List: "national"}, 2000)
	})
}

// BenchmarkRealLists reads the lists as they are published.
func BenchmarkRealLists(b *testing.B) {
	read := func(name string) []byte {
		text, err := io.ReadAll(realFile(b, name))
		require.NoError(b, err)
		return text
	}
	b.Run("un", func(b *testing.B) { benchRead(b, read("un-consolidated.xml"), listfile.Options{List: "un"}, 1003) })
	b.Run("ofac", func(b *testing.B) {
		sdn, alt, comments := read("ofac-sdn.csv"), read("ofac-alt.csv"), read("ofac-sdn-comments.csv")
		b.SetBytes(int64(len(sdn) + len(alt) + len(comments)))
		b.ReportAllocs()
		for b.Loop() {
			f, err := listfile.Read(bytes.NewReader(sdn), listfile.Options{List: "ofac",
				Companions: listfile.Companions{Aliases: bytes.NewReader(alt), Comments: bytes.NewReader(comments)}})
			require.NoError(b, err)
			require.Len(b, f.Alerts, 8976)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	f := realOFAC(b)
	other := realOFAC(b)
	for i := range other.Alerts {
		if i%10 == 0 {
			other.Alerts[i].Reason = "changed"
		}
	}
	for b.Loop() {
		require.Len(b, listfile.Compare(f.Alerts, other.Alerts).Changed, 898)
	}
}
