package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/ui/text"
)

const listSamples = "../../alerts/listfile/testdata/"

func TestListRead(t *testing.T) {
	got := bmisReading(t, nil, "list", "read", listSamples+"un.xml")
	require.Equal(t, exitFailed, got.code)
	require.Contains(t, got.out, "un.xml: un-xml, of 2026-02-27\n  entries 3: organisation 1, person 2\n")
	require.Contains(t, got.out, "  line 52: id: twice: expected every id once: 2\n")
	require.NotContains(t, got.out, "TWICE", "what stands in an entry is printed when it was asked for")
	require.Contains(t, got.err, "4 refused")
	require.Contains(t, bmisReading(t, nil, "list", "read", "--notes", listSamples+"un.xml").out, "    2 TWICE\n")

	text, err := os.ReadFile(listSamples + "own.json")
	require.NoError(t, err)
	got = bmisReading(t, bytes.NewReader(text), "list", "read", "-", "--list", "watch", "--json")
	require.Equal(t, exitFailed, got.code)
	var f listfile.File
	require.NoError(t, json.Unmarshal([]byte(got.out), &f))
	require.Equal(t, "watch/N-1", f.Alerts[0].Key())
}

func TestListReadTakesWhatBelongsTogether(t *testing.T) {
	var files []string
	for _, name := range []string{"add.csv", "sdn.csv", "sdn_comments.csv", "alt.csv"} {
		files = append(files, listSamples+name)
	}
	got := bmisReading(t, nil, append([]string{"list", "read"}, files...)...)
	require.Equal(t, 1, strings.Count(got.out, "ofac-csv"), got.out)
	require.Contains(t, got.out, "names: former 2, primary 6, strong 2, weak 6")
	require.NotContains(t, got.out, "end 1", "nothing is missing")
}

func TestListReadRefusesAFile(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "cut.xml")
	require.NoError(t, os.WriteFile(broken, []byte("<CONSOLIDATED_LIST>\n<INDIVIDUALS>\n<INDIVIDUAL>"), 0o600))
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{broken}, "line 3: invalid: listfile.broken"},
		{[]string{filepath.Join(t.TempDir(), "none.csv")}, "no such file"},
		{[]string{"list_test.go"}, "listfile.format"},
		{[]string{listSamples + "un.xml", "--action", "hang"}, "listfile.action"},
		{[]string{listSamples + "un.xml", "--list", "A B"}, "listfile.list"},
		{[]string{listSamples + "un.xml", "--format", "eu-csv"}, "listfile.broken"},
	} {
		got := bmisReading(t, nil, append([]string{"list", "read"}, c.args...)...)
		require.Equal(t, exitUsage, got.code, "%v: %s", c.args, got.err)
		require.Contains(t, got.err, c.says)
	}
}

func TestListDiff(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	before := write("old.csv", "id,name,birth date\n1,Kept Name,1965\n2,Gone Name,1966\n3,Same Name,1970\n")
	after := write("new.csv", "id,name,birth date,reason\n4,New Name,1967,\n1,Kept Name,1965-03,why\n3,Same Name,1970,\n")
	got := bmisReading(t, nil, "list", "diff", before, after)
	require.Equal(t, exitDone, got.code, got.err)
	require.Equal(t,
		"added 1, changed 1, removed 1, unchanged 1; refused before 0, now 0\n+ 4 New Name\n~ 1 Kept Name: reason, subject.births\n- 2 Gone Name\n", got.out)
	var d listfile.Diff
	require.NoError(t, json.Unmarshal([]byte(bmisReading(t, nil, "list", "diff", "--json", before, after).out), &d))
	require.Equal(t, []string{"reason", "subject.births"}, d.Changed[0].Fields)
	require.Equal(t, exitUsage, bmisReading(t, nil, "list", "diff", before, "nothing").code)
}

func TestListSchema(t *testing.T) {
	got := bmisReading(t, nil, "list", "schema")
	require.Equal(t, exitDone, got.code)
	require.Equal(t, listfile.Schema(), got.out)
	require.True(t, json.Valid([]byte(got.out)))
}

// Every code of the readers has words in every language.
func TestListCodesHaveWords(t *testing.T) {
	c, err := text.Load()
	require.NoError(t, err)
	for _, l := range text.Languages() {
		p := c.Printer(l)
		for _, f := range listfile.Formats() {
			require.True(t, p.Has(text.Key("list_format."+string(f))), "%s %s", l, f)
		}
		for _, code := range listfile.RefusalCodes() {
			require.True(t, p.Has(text.Key("list_refused."+code)), "%s %s", l, code)
		}
		for _, code := range listfile.NoteCodes() {
			require.True(t, p.Has(text.Key("list_note."+code)), "%s %s", l, code)
		}
	}
}
