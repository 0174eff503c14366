package law_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/law"
)

func list(t testing.TB) law.DropList {
	t.Helper()
	p, err := law.Load(law.DefaultID)
	require.NoError(t, err)
	return p.Drop
}

// push is a reservation with meals and a wheelchair in every place where they stand in the field.
const push = "UNA:+.?*'UNB+IATA:1+ZZ+XAA+261122:1200+1'UNH+1+PNRGOV:13:1:IA'MSG+:22'TVL+221126:0915+AAA+BBB+ZZ+324'EQN+1'SRC'RCI+ZZ:ABC234'" +
	"SSR+VGML:HK:2:ZZ'SSR+WC\r\nHR:HK:1:ZZ:::AAA:BBB+PASSENGER CANNOT WALK::1'SSR+DOCS:HK::ZZ:::::/P/XAA/K1234567/XAA/12JUL64/M/23AUG29/KOSHER/HALAL'" +
	"IFT+4:28::ZZ+CTCM 0044 NO KOSHER FOOD'IFT+4:28::ZZ+A FRIENDLY MAN'LTS+0 SSR KSML ZZ HK1 AAABBB'TIF+HALAL+SIKHMR:A:1'TVL+221126:0915::1230+AAA+BBB+ZZ+324:B'" +
	"ABI+1+:AAARR+LON++ZZ'SAC+++X'SSR+MOML:HK:1:ZZ'SAC+++A'UNT+20+1'UNZ+1+1'"

func TestSensitiveServicesAndTheirTextAreOverwritten(t *testing.T) {
	out, dropped, diagnostics := list(t).Filter([]byte(push))
	text := string(out)
	require.Len(t, out, len(push), "places in the message keep their meaning")
	require.Equal(t, 5, dropped, text)
	require.Len(t, diagnostics, dropped)
	for _, gone := range []string{"VGML", "MOML", "KSML", "CANNOT WALK", "NO KOSHER", "WC\r\nHR"} {
		require.NotContains(t, text, gone)
	}
	for _, stays := range []string{
		"SSR+XXXX:XX:X:XX'", "/KOSHER/HALAL'", "TIF+HALAL+SIKHMR:A:1'", "IFT+4:28::ZZ+A FRIENDLY MAN'", "SSR+XX\r\nXX:", "RCI+ZZ:ABC234'", "UNT+20+1'",
	} {
		require.Contains(t, text, stays)
	}
	for _, d := range diagnostics {
		require.Equal(t, apipnr.CodeSensitive, d.Code)
		require.NotContains(t, d.Message, "ML", "the diagnostic must not say what was dropped")
		require.Positive(t, d.Segment)
	}
	again, dropped, _ := list(t).Filter(out)
	require.Zero(t, dropped)
	require.Equal(t, out, again)
}

func TestNothingToDropGivesTheBytesBack(t *testing.T) {
	body := []byte("UNB+UNOA:4+A+B+261122:1200+1'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'NAD+FL+++HALAL:KOSHER'UNT+4+1'UNZ+1+1'")
	out, dropped, _ := list(t).Filter(body)
	require.Zero(t, dropped)
	require.Same(t, &body[0], &out[0])
	out, dropped, _ = law.DropList{}.Filter([]byte(push))
	require.Zero(t, dropped)
	require.Equal(t, push, string(out), "a law that names nothing drops nothing")
}

func TestServicesInXML(t *testing.T) {
	const text = `<?xml version="1.0" encoding="ISO-8859-1"?><IATA_PNRGOV_NotifRQ xmlns="http://www.iata.org/IATA/2007/00"><PNR><Passenger RPH="1">` +
		`<Surname>HALAL</Surname><SSR SSR_Code="VGML" ServiceQuantity="1"><Airline Code="ZZ"/><Text>strictly</Text></SSR>` +
		`<SSR SSRCode='SEAT' Text="12A"/><SSR SSRCode="OTHS"><TEXT>needs a Wheelchair</TEXT></SSR><!-- KOSHER --></Passenger></PNR></IATA_PNRGOV_NotifRQ>`
	out, dropped, _ := list(t).Filter([]byte(text))
	require.Len(t, out, len(text))
	require.Positive(t, dropped)
	for _, gone := range []string{"VGML", "strictly", "Wheelchair", "KOSHER"} {
		require.NotContains(t, string(out), gone)
	}
	for _, stays := range []string{"<Surname>HALAL</Surname>", `<SSR SSRCode='SEAT' Text="12A"/>`, `<SSR SSR_Code="XXXX"`, `SSRCode="OTHS"`, "</IATA_PNRGOV_NotifRQ>"} {
		require.Contains(t, string(out), stays)
	}
}

// Behind a reservation that is not well-formed the next ones are read, and so they are filtered by their elements too.
func TestServicesInXMLBehindABadRecord(t *testing.T) {
	const bad, good = `<PNR><a "></`, "<x:PNR><Surname>HALAL</Surname><SSR SSR_Code=\"VGML\">\n<Text>strictly</Text>\n</SSR></x:PNR>"
	body := `<IATA_PNRGOV_NotifRQ>` + bad + good + strings.Repeat("<PNR><!--", 2) + "\n"
	out, _, _ := list(t).Filter([]byte(body))
	require.Len(t, out, len(body))
	require.NotContains(t, string(out), "strictly")
	require.NotContains(t, string(out), "VGML")
	require.Contains(t, string(out), "<Surname>HALAL</Surname>")
}

func TestWhatNobodyCanReadIsSearchedLineByLine(t *testing.T) {
	for name, body := range map[string]string{
		"no message":         "hello\r\nSSR VGML ZZ HK1\r\ngoodbye",
		"broken XML":         "<PNR><SSR \r\nSSR VGML\r\n<<",
		"two bytes a letter": "S\x00S\x00R\x00 \x00V\x00G\x00M\x00L\x00",
		"before and behind":  "QU XXXYY\r\n.VGML 123\r\n" + strings.Replace(push, "SSR+VGML:HK:2:ZZ'", "", 1) + "\r\nVGML",
	} {
		out, dropped, _ := list(t).Filter([]byte(body))
		require.Positive(t, dropped, name)
		require.Len(t, out, len(body), name)
		require.NotContains(t, string(bytes.ReplaceAll(out, []byte{0}, nil)), "VGML", name)
	}
}

func TestOneWordDoesNotCostAMessageWithoutLineEnds(t *testing.T) {
	body := strings.Repeat("NAD+FL+++WEBER:RITA'", 50) + "NAD+FL+++HINDU:ANNA'" + strings.Repeat("NAD+FL+++BLACK:BERT'", 50) // no UNB: nobody can read it
	out, dropped, _ := list(t).Filter([]byte(body))
	require.Equal(t, 1, dropped)
	require.Equal(t, 100, strings.Count(string(out), "WEBER")+strings.Count(string(out), "BLACK"))
	require.Contains(t, string(out), "+++XXXXX:XXXX'")
}

func FuzzFilter(f *testing.F) {
	drop := list(f)
	f.Add([]byte(push))
	f.Add([]byte(`<a><SSR SSRCode="VGML">x</SSR></a>`))
	f.Add([]byte("VGML"))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		out, dropped, _ := drop.Filter(body)
		require.Equal(t, before, body, "what came in is not changed")
		require.Len(t, out, len(body))
		for i := range out {
			require.True(t, out[i] == body[i] || out[i] == 'X', "only filler is written")
		}
		require.Equal(t, dropped == 0, bytes.Equal(out, body))
		_, again, _ := drop.Filter(out)
		require.Zero(t, again, "one round drops all")
	})
}

func BenchmarkFilter(b *testing.B) {
	drop := list(b)
	body := []byte(strings.Repeat(push, 100))
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		drop.Filter(body)
	}
}
