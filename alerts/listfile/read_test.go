package listfile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/problem"
)

func code(t *testing.T, err error) *problem.Error {
	t.Helper()
	var p *problem.Error
	require.ErrorAs(t, err, &p)
	return p
}

func TestReadRefusesTheWholeFile(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		o    listfile.Options
		code string
	}{
		"nothing":      {"", listfile.Options{List: "x", Format: listfile.UNXML}, "listfile.empty"},
		"no list":      {"<a/>", listfile.Options{}, "listfile.list"},
		"bad list":     {"<a/>", listfile.Options{List: "A/B"}, "listfile.list"},
		"bad action":   {"<a/>", listfile.Options{List: "x", Action: "hang"}, "listfile.action"},
		"unknown form": {"%PDF-1.7", listfile.Options{List: "x", Name: "list.pdf"}, "listfile.format"},
		"wrong root":   {"<html></html>", listfile.Options{List: "x", Format: listfile.UNXML}, "listfile.broken"},
		"cut XML":      {"<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL>", listfile.Options{List: "x"}, "listfile.broken"},
		"cut later":    {"<CONSOLIDATED_LIST><INDIVIDUALS></INDIVIDUALS>", listfile.Options{List: "x"}, "listfile.broken"},
		"crossed":      {"<CONSOLIDATED_LIST><INDIVIDUALS></CONSOLIDATED_LIST>", listfile.Options{List: "x"}, "listfile.broken"},
		"two roots":    {"<CONSOLIDATED_LIST></CONSOLIDATED_LIST><CONSOLIDATED_LIST/>", listfile.Options{List: "x"}, "listfile.broken"},
		"deep":         {"<CONSOLIDATED_LIST><A>" + strings.Repeat("<a>", 100), listfile.Options{List: "x"}, "listfile.broken"},
		"entity": {"<!DOCTYPE x [<!ENTITY a 'b'>]><CONSOLIDATED_LIST><A><B>&a;</B></A></CONSOLIDATED_LIST>", listfile.Options{List: "x",
			Format: listfile.UNXML}, "listfile.broken"},
		"other encoding": {"<?xml version='1.0' encoding='koi8-r'?><CONSOLIDATED_LIST/>", listfile.Options{List: "x", Format: listfile.UNXML},
			"listfile.broken"},
		"cut JSON":   {`{"alerts": [`, listfile.Options{List: "x"}, "listfile.broken"},
		"more JSON":  {`[] []`, listfile.Options{List: "x"}, "listfile.broken"},
		"JSON text":  {`"x"`, listfile.Options{List: "x", Format: listfile.OwnJSON}, "listfile.broken"},
		"no header":  {"a,b,c\n1,2,3\n", listfile.Options{List: "x", Format: listfile.OwnCSV}, "listfile.broken"},
		"EU columns": {"a;b;c\n", listfile.Options{List: "x", Format: listfile.EUCSV}, "listfile.broken"},
		"UK columns": {"Last Updated,01/01/2026\n", listfile.Options{List: "x"}, "listfile.broken"},
		"too big": {"id,name\n" + strings.Repeat("1,a\n", 100), listfile.Options{List: "x", Limits: listfile.Limits{Bytes: 100}},
			"listfile.too_big"},
		"too many": {"id,name\n1,a\n2,b\n3,c\n", listfile.Options{List: "x", Limits: listfile.Limits{Entries: 2}}, "listfile.entries"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := listfile.Read(strings.NewReader(c.text), c.o)
			p := code(t, err)
			require.Equal(t, c.code, p.Code, "%v", err)
			require.Equal(t, problem.Invalid, p.Kind)
			require.Empty(t, f)
			require.NotContains(t, err.Error(), "Erika")
		})
	}
}

func TestReadTellsTheLine(t *testing.T) {
	_, err := listfile.Read(strings.NewReader("<CONSOLIDATED_LIST>\n<INDIVIDUALS>\n<INDIVIDUAL>\n</ENTITY>"), listfile.Options{List: "x"})
	require.Equal(t, 4, code(t, err).Args["line"])
	_, err = listfile.Read(strings.NewReader("[\n{},\n{\n]"), listfile.Options{List: "x"})
	require.GreaterOrEqual(t, code(t, err).Args["line"], 3)
}

// Every entry of every form has its line, so that whoever refuses it later can say where it stands.
func TestEveryEntryHasItsLine(t *testing.T) {
	for name := range samples {
		f, err := listfile.Read(bytes.NewReader(sample(t, name)), options(t, name))
		require.NoError(t, err, name)
		require.Len(t, f.Lines, len(f.Alerts), name)
		last := bytes.Count(sample(t, name), []byte("\n")) + 1
		for i, line := range f.Lines {
			require.Positive(t, line, name)
			require.LessOrEqual(t, line, last, "%s %s", name, f.Alerts[i].ID)
		}
	}
}

func TestReadPassesTroubleOfTheReaderOn(t *testing.T) {
	trouble := errors.New("the disk is gone")
	for name, format := range samples {
		text := sample(t, name)
		_, err := listfile.Read(iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(text))), options(t, name))
		require.ErrorIs(t, err, iotest.ErrTimeout, name)
		in := &failing{text: bytes.NewReader(append(bytes.Repeat([]byte(" "), 0), text[:len(text)-1]...)), err: trouble}
		o := options(t, name)
		o.Format = format
		f, err := listfile.Read(in, o)
		require.ErrorIs(t, err, trouble, name)
		require.Empty(t, f.Alerts)
	}
}

// failing gives a text and then fails.
type failing struct {
	text *bytes.Reader
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.text.Len() == 0 {
		return 0, f.err
	}
	return f.text.Read(p)
}

// What is beyond the bounds of an entry costs that entry alone.
func TestBoundsOfAnEntry(t *testing.T) {
	long := strings.Repeat("x", 3000)
	small := listfile.Limits{Field: 1000, Nodes: 50}
	for name, c := range map[string]struct{ text, refused string }{
		"XML field": {"<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><COMMENTS1>" + long +
			"</COMMENTS1></INDIVIDUAL><INDIVIDUAL><DATAID>2</DATAID><FIRST_NAME>A</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>",
			listfile.RefusedTooLong},
		"XML nodes": {"<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>" + strings.Repeat("<A/>", 60) +
			"</INDIVIDUAL><INDIVIDUAL><DATAID>2</DATAID><FIRST_NAME>A</FIRST_NAME></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>",
			listfile.RefusedTooLong},
		"CSV field": {"id,name\n1," + long + "\n2,A\n", listfile.RefusedTooLong},
		"CSV line":  {"id,name\n1," + long + long + "\n2,A\n", listfile.RefusedTooLong},
		"quoted":    {"id,name\n1,\"" + long + "\"\n2,A\n", listfile.RefusedTooLong},
		"open":      {"id,name\n1,\"never closed\n2,A\n", listfile.RefusedQuote},
		"inside":    {"id,name\n1,\"a\"b\n2,A\n", listfile.RefusedQuote},
		"JSON": {`[{"id":"1","category":"arrest","action":"detain","reason":"` + long + long +
			`","subject":{"kind":"person"}},{"id":"2","category":"arrest","action":"detain","subject":{"kind":"person","names":[{"raw":"A","kind":"primary"}]}}]`, listfile.RefusedTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := listfile.Read(strings.NewReader(c.text), listfile.Options{List: "x", Limits: small})
			require.NoError(t, err)
			require.Len(t, f.Refused, 1)
			require.Equal(t, c.refused, f.Refused[0].Code)
			require.LessOrEqual(t, len(f.Refused[0].Raw), listfile.RawLength+3)
			require.Len(t, f.Alerts, 1)
			require.Equal(t, "2", f.Alerts[0].ID)
		})
	}
}

func TestMissingEndIsNoted(t *testing.T) {
	row := `1,"A",-0- ,"P",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ` + "\r\n"
	ends := func(text string, c listfile.Companions) []string {
		f, err := listfile.Read(strings.NewReader(text), listfile.Options{List: "ofac", Format: listfile.OFACCSV, Companions: c})
		require.NoError(t, err)
		require.Len(t, f.Alerts, 1)
		var notes []string
		for _, n := range f.Notes {
			require.Equal(t, listfile.NoteEnd, n.Code)
			notes = append(notes, n.Value)
		}
		return notes
	}
	all := func() listfile.Companions {
		return listfile.Companions{Aliases: strings.NewReader(""), Addresses: strings.NewReader(""), Comments: strings.NewReader("")}
	}
	require.Equal(t, []string{"ALT.CSV", "ADD.CSV", "SDN_COMMENTS.CSV", "SDN.CSV"}, ends(row, listfile.Companions{}))
	require.Equal(t, []string{"SDN.CSV"}, ends(row, all()))
	require.Empty(t, ends(row+"\x1a\r\n", all()))
}

func TestActionOfASanctionsList(t *testing.T) {
	o := options(t, "un.xml")
	o.Action = alerts.ActionRefer
	f, err := listfile.Read(bytes.NewReader(sample(t, "un.xml")), o)
	require.NoError(t, err)
	for _, a := range f.Alerts {
		require.Equal(t, alerts.ActionRefer, a.Action)
		require.Equal(t, alerts.CategorySanction, a.Category)
		require.Equal(t, alerts.Open, a.Secrecy)
	}
}

func TestDetect(t *testing.T) {
	for name, format := range samples {
		head := sample(t, name)
		require.Equal(t, format, listfile.Detect("", head[:min(len(head), listfile.HeadLength)]), name)
		require.Equal(t, format, listfile.Detect("", append([]byte("\ufeff\r\n "), head...)), name)
	}
	for _, text := range []string{"", "   ", "%PDF-1.7", "<html>", "hello, world", "a;b;c\n"} {
		require.Empty(t, listfile.Detect("x.csv", []byte(text)), text)
	}
	require.Equal(t, "aliases", listfile.CompanionOf(`C:\lists\ALT.CSV`))
	require.Equal(t, "addresses", listfile.CompanionOf("ofac-add.csv"))
	require.Equal(t, "comments", listfile.CompanionOf("/x/sdn_comments.csv"))
	for _, name := range []string{"sdn.csv", "salt.csv", "alt.xml", "consolidated.xml"} {
		require.Empty(t, listfile.CompanionOf(name), name)
	}
}
