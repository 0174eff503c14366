package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
)

func TestWatchlistCompare(t *testing.T) {
	got := bmisReading(t, nil, "watchlist", "compare", "KORVATHI<<DEMETRIUS", "KORVATHI, Dimitrius Anselm", "--dob", "1965-04-13", "--dob2", "1965", "--json")
	require.Equal(t, exitDone, got.code, got.err)
	var c comparison
	require.NoError(t, json.Unmarshal([]byte(got.out), &c))
	sum := 0.0
	for _, e := range c.Evidence {
		sum += e.Contribution
	}
	require.InDelta(t, c.Score, min(sum, 1), 1e-9)
	require.NotEmpty(t, c.Band)

	words := bmisReading(t, nil, "watchlist", "compare", "KORVATHI<<DEMETRIUS", "KORVATHI, Demetrius", "--dob", "1965-04-13", "--dob2", "1990-01-02")
	require.Equal(t, exitDone, words.code, words.err)
	require.Contains(t, words.out, "no match")
	require.Regexp(t, `birth_date\s+different\s+1965-04-13\s+1990-01-02`, words.out)

	wrong := bmisReading(t, nil, "watchlist", "compare", "A", "B", "--dob", "13.4.1965")
	require.Equal(t, exitUsage, wrong.code)
	require.Contains(t, wrong.err, "--dob")
}

func TestWatchlistScreen(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, lines ...string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600))
		return path
	}
	corpus := write("corpus", `{"id":"7","surname":"KORVATHI","given":"Demetrius","aliases":["KORVATI, Dimitri"],"weak":null,"dobs":["~1965"],
		"gender":"male","docs":[{"Num":"X1058823","Country":"Utopia"}]}`)
	queries := write("queries",
		`{"qid":"a","kind":"typo","expect":"7","name":"DEMETRIUS KORVATHY","dob":"1966-02-29"}`,
		`{"qid":"b","kind":"document","expect":"7","name":"JORN LIND","doc_num":"XIO58823","doc_iss":"Utopia"}`,
		`{"qid":"c","kind":"none","expect":"","name":"ROSALIND PELLINGHAM","doc_num":"X1058823","doc_iss":"Erewhon"}`)
	got := bmisReading(t, nil, "watchlist", "screen", "--corpus", corpus, "--queries", queries)
	require.Equal(t, exitDone, got.code, got.err)
	var lines []screened
	for line := range strings.Lines(got.out) {
		var s screened
		require.NoError(t, json.Unmarshal([]byte(line), &s))
		lines = append(lines, s)
	}
	require.Len(t, lines, 3)
	require.Equal(t, "7", lines[0].Hits[0].ID)
	require.Equal(t, "7", lines[1].Hits[0].ID)
	require.Empty(t, lines[2].Hits)
	require.Contains(t, got.out, `"hits":[]`)

	broken := bmisReading(t, nil, "watchlist", "screen", "--corpus", corpus, "--queries", write("broken", `{"qid":"a"}`, `{"qid":`))
	require.Equal(t, exitUsage, broken.code)
	require.Contains(t, broken.err, "line 2")
}

// TestWatchlistEvaluation holds the matcher to its aims on labelled queries, for the default seed and others.
func TestWatchlistEvaluation(t *testing.T) {
	data := os.Getenv("BMIS_TEST_DATA")
	if data == "" {
		t.Skip("BMIS_TEST_DATA is not set: the lists and the evaluation are not at hand")
	}
	for _, seed := range []int{20240601, 7, 99} {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			dir := t.TempDir()
			lists := filepath.Join(data, "watchlists")
			gen := exec.CommandContext(t.Context(), "go", "run", filepath.Join(data, "../tools/watchlist-eval/gen/main.go"), "-out", dir,
				"-sdn", filepath.Join(lists, "ofac-sdn.csv"), "-alt", filepath.Join(lists, "ofac-alt.csv"),
				"-neg", filepath.Join(lists, "travellers-global.csv"), "-seed", strconv.Itoa(seed))
			said, err := gen.CombinedOutput()
			require.NoError(t, err, string(said))
			got := bmisReading(t, nil, "watchlist", "screen", "--corpus", filepath.Join(dir, "corpus.jsonl"), "--queries", filepath.Join(dir, "queries.jsonl"))
			require.Equal(t, exitDone, got.code, got.err)
			holdToAims(t, got.out)
		})
	}
}

// holdToAims counts what is found at the default threshold.
func holdToAims(t *testing.T, results string) {
	t.Helper()
	found, all := make(map[string]int), make(map[string]int)
	dec := json.NewDecoder(bytes.NewBufferString(results))
	for dec.More() {
		var s screened
		require.NoError(t, dec.Decode(&s))
		kinds := []string{s.Kind}
		if s.Expect != "" && !strings.HasPrefix(s.Kind, "doc_") {
			kinds = append(kinds, "names")
		}
		hit := false
		for _, h := range s.Hits {
			hit = hit || h.Score >= alerts.DefaultPolicy().Thresholds[alerts.Possible] && (s.Expect == "" || h.ID == s.Expect)
		}
		for _, k := range kinds {
			all[k]++
			if hit {
				found[k]++
			}
		}
	}
	share := func(kind string) float64 {
		require.NotZero(t, all[kind], kind)
		return float64(found[kind]) / float64(all[kind])
	}
	require.GreaterOrEqual(t, share("names"), 0.97, "recall")
	require.LessOrEqual(t, share("neg_traveller"), 0.001, "ordinary travellers")
	require.LessOrEqual(t, share("neg_namesake"), 0.02, "namesakes")
	require.LessOrEqual(t, share("neg_recombined"), 0.02, "recombined")
	require.Zero(t, found["neg_doc_other_country"], "the same number of another State")
	require.Equal(t, all["doc_misread"], found["doc_misread"], "misread numbers")
	require.Equal(t, all["doc_only"], found["doc_only"], "documents")
}
