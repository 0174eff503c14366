package names_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/names"
)

// rows are the lines of a golden file, divided at bars.
func rows(t *testing.T, file string) (out [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var row []string
		for field := range strings.SplitSeq(line, "|") {
			row = append(row, strings.TrimSpace(field))
		}
		out = append(out, row)
	}
	return out
}

// The same name in its own script, in a passport and in the press meets itself, each spelling the first.
func TestSpellingsMeet(t *testing.T) {
	for _, row := range rows(t, "testdata/same.txt") {
		for _, spelling := range row[2:] {
			assert.True(t, meet(row[1], spelling), "%s: %s and %s", row[0], told(row[1]), told(spelling))
		}
	}
}

func TestDifferentNamesDoNotMeet(t *testing.T) {
	for _, row := range rows(t, "testdata/other.txt") {
		assert.False(t, meet(row[0], row[1]), "%s and %s", told(row[0]), told(row[1]))
	}
}

// told writes all readings of a name.
func told(raw string) string {
	var out []string
	for _, r := range names.Read(alerts.Name{Raw: raw}) {
		out = append(out, texts(r))
	}
	return strings.Join(out, "; ")
}

// meet reports whether some reading of one name is some reading of the other: every token that tells something has its own on the other
// side, of two tokens written together too.
func meet(a, b string) bool {
	for _, x := range names.Read(alerts.Name{Raw: a}) {
		for _, y := range names.Read(alerts.Name{Raw: b}) {
			if meets(x.Tokens, y.Tokens) {
				return true
			}
		}
	}
	return false
}

func meets(x, y []names.Token) bool {
	used := make([]bool, len(y))
	for i, token := range x {
		if !token.Particle && !find(x, i, y, used) {
			return false
		}
	}
	for j, token := range y {
		if !used[j] && !token.Particle && !find(y, j, x, make([]bool, len(x))) {
			return false
		}
	}
	return true
}

// find marks the token of y that is token i of x.
func find(x []names.Token, i int, y []names.Token, used []bool) bool {
	for j := range y {
		if !used[j] && one(x[i], y[j]) {
			used[j] = true
			return true
		}
	}
	return together(x, i, y) || i > 0 && together(x, i-1, y) || i > 1 && together(x, i-2, y) || splits(x[i], y, used)
}

// one: two tokens are one name.
func one(a, b names.Token) bool {
	if a.Consonants || b.Consonants {
		return names.Skeleton(a.Text) == names.Skeleton(b.Text) || names.Alike(a.Text, b.Text) > 0.7
	}
	return names.Alike(a.Text, b.Text) >= 0.8
}

// together: tokens of x, from i, are written as one in y.
func together(x []names.Token, i int, y []names.Token) bool {
	for end := i + 2; end <= min(len(x), i+4); end++ {
		for _, glued := range append(names.Glued(x[i:end]), joined(x[i:end])) {
			for _, token := range y {
				if one(names.Token{Text: glued, Consonants: x[i].Consonants}, token) {
					return true
				}
			}
		}
	}
	return false
}

// splits: the token is written as several in y.
func splits(token names.Token, y []names.Token, used []bool) bool {
	for j := range y {
		for end := j + 2; end <= min(len(y), j+4); end++ {
			for _, glued := range append(names.Glued(y[j:end]), joined(y[j:end])) {
				if one(names.Token{Text: glued}, token) {
					for k := j; k < end; k++ {
						used[k] = true
					}
					return true
				}
			}
		}
	}
	return false
}

func joined(tokens []names.Token) string {
	var out strings.Builder
	for _, t := range tokens {
		out.WriteString(t.Text)
	}
	return out.String()
}
