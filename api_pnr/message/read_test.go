package message_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/edifact"
	"github.com/openbmis/openbmis/api_pnr/message"
)

const (
	paxlst = "UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'TDT+20+XX0123+++XX'LOC+125+UTA'DTM+189:2611221725:201'LOC+87+UTB'" +
		"NAD+FL+++TESTER:ANNA'ATT+2++F'DTM+329:800229'NAT+2+UTO'RFF+ABO:R1'DOC+P:110:111+P1234567'DTM+36:310101'LOC+91+UTO'CNT+42:1'UNT+16+1'"
	cusres = "UNH+2+CUSRES:D:05B:UN:IATA'BGM+962'RFF+AF:XX0123'ERP+2'RFF+ABO:R1'ERC+0Z'UNT+7+2'"
	pnrgov = "UNH+3+PNRGOV:11:1:IA'MSG+:22'ORG+XX:UTA'TVL+221126:1725:221126:2010+UTA+UTB+XX+123'EQN+1'SRC'RCI+XX:QX1234::221126:0600'" +
		"TIF+TESTER+ANNAMRS:A:1'SSR+DOCS:HK:1:XX:::::/P/UTO/P1234567/UTO/29FEB80/F/01JAN31/TESTER/ANNA'TVL+221126:1725:221126:2010+UTA+UTB+XX+123'UNT+11+3'"
	other  = "UNH+4+INVOIC:D:96A:UN'BGM+380'UNT+3+4'"
	opened = "UNA:+.? 'UNB+UNOA:4+XX+UTO+261122:0600+7'"
)

func TestReadGivesEachMessageToItsReader(t *testing.T) {
	r := message.Read([]byte(opened + paxlst + cusres + pnrgov + other + "UNZ+4+7'"))
	require.Empty(t, r.Diagnostics)
	require.Len(t, r.Messages, 4)
	require.Equal(t, []string{"PAXLST", "CUSRES", "PNRGOV", "INVOIC"},
		[]string{r.Messages[0].Type, r.Messages[1].Type, r.Messages[2].Type, r.Messages[3].Type})
	require.Equal(t, "TESTER", r.Messages[0].Travellers[0].Surname)
	require.Equal(t, "0Z", r.Messages[1].Answers[0].Code)
	require.Equal(t, "QX1234", r.Messages[2].Reservations[0].Locator)
	require.Equal(t, apipnr.CodeVersion, r.Messages[3].Diagnostics[0].Code)
	require.Equal(t, apipnr.Unknown, r.Messages[3].Function)
	for _, m := range r.Messages {
		require.NotNil(t, m.Travellers)
		require.NotNil(t, m.Flights)
		require.NotNil(t, m.Diagnostics)
	}
}

func TestNothingToRead(t *testing.T) {
	for _, body := range []string{"", "hello", "\x00\x01\x02", "UNB", "UNA:+.? '", strings.Repeat("\r\n", 1000)} {
		r := message.Read([]byte(body))
		require.Empty(t, r.Messages)
		require.NotNil(t, r.Messages)
		require.NotEmpty(t, r.Diagnostics)
	}
}

func TestWithLimits(t *testing.T) {
	l := edifact.DefaultLimits()
	l.Bytes = 10
	r := message.Read([]byte(opened+paxlst+"UNZ+1+7'"), message.WithLimits(l))
	require.Empty(t, r.Messages)
	require.Equal(t, apipnr.CodeLimit, r.Diagnostics[0].Code)
}

// Ten thousand mutated messages: no panic, every diagnostic and place within what was received, and memory in proportion to the bytes.
func TestMutated(t *testing.T) {
	seeds := []string{
		opened + paxlst + cusres + pnrgov + "UNZ+3+7'", opened + pnrgov + "UNZ+1+7'", strings.ReplaceAll(opened+paxlst, "'", "'\r\n"),
		"\x01QU UTOKKXS\r\n.XXRMUXX 221130\r\n\x02" + opened + paxlst + "UNZ+1+7'",
	}
	const each, fixed = 400, 1 << 20 // bytes allocated, for each byte received and besides
	random := rand.New(rand.NewPCG(7, 7))
	var before, after runtime.MemStats
	messages := 0
	for range 10_000 {
		body := []byte(mutated(random, seeds[random.IntN(len(seeds))]))
		runtime.ReadMemStats(&before)
		r := message.Read(body)
		runtime.ReadMemStats(&after)
		require.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(each*len(body)+fixed), "%q", body)
		messages += len(r.Messages)
		within(t, body, r)
	}
	require.Greater(t, messages, 9_000, "most mutations leave messages to read")
}

// within checks that whatever was read stands within what was received.
func within(t *testing.T, body []byte, r message.Result) {
	t.Helper()
	all := r.Diagnostics
	for _, m := range r.Messages {
		require.True(t, 0 <= m.Start && m.Start <= m.End && m.End <= len(body))
		all = append(all, m.Diagnostics...)
		for _, traveller := range m.Travellers {
			for _, o := range traveller.Origins {
				require.True(t, int(o.Offset) >= m.Start && int(o.Offset) <= m.End, "%v %q", o, body)
			}
		}
	}
	for _, d := range all {
		require.True(t, d.Offset >= 0 && d.Offset <= len(body) && d.Code != "" && d.Severity != "", "%v", d)
	}
}

// mutated changes a message in one to eight places.
func mutated(random *rand.Rand, body string) string {
	pieces := []string{"'", "+", ":", "?", "*", "\r\n", "UNH+", "UNT+1+1'", "NAD+FL+++", "SRC'", "TIF+", "UNB+", "UNA", " ", "\x00", "\xFF", "É", "DTM+329:", "99999999999"}
	for range 1 + random.IntN(8) {
		from := random.IntN(len(body) + 1)
		to := min(len(body), from+random.IntN(30))
		switch random.IntN(5) {
		case 0:
			body = body[:from] + body[to:]
		case 1:
			body = body[:from] + pieces[random.IntN(len(pieces))] + body[from:]
		case 2:
			body = body[:to] + body[from:to] + body[to:]
		case 3:
			body = body[:from] + strings.Repeat(pieces[random.IntN(len(pieces))], random.IntN(200)) + body[to:]
		case 4:
			if random.IntN(10) == 0 {
				body = body[:from]
			}
		}
	}
	return body
}

// The messages from the field all give messages, whatever is wrong with them.
func TestRealMessages(t *testing.T) {
	folder := os.Getenv("BMIS_TEST_DATA")
	if folder == "" {
		t.Skip("BMIS_TEST_DATA is not set: messages from the field are not read")
	}
	files, err := filepath.Glob(filepath.Join(folder, "api_pnr", "*", "*.edi"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		r := message.Read(body)
		require.Len(t, r.Messages, 1, file)
		require.NotEmpty(t, r.Messages[0].Travellers, file)
		require.NotEmpty(t, r.Messages[0].Flights, file)
		within(t, body, r)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(opened + paxlst + cusres + pnrgov + other + "UNZ+4+7'"))
	f.Add([]byte("QU X\r\n.Y 1\r\n" + strings.ReplaceAll(opened+pnrgov+"UNZ+1+7'", "'", "'\r\n")))
	f.Fuzz(func(t *testing.T, body []byte) { within(t, body, message.Read(body)) })
}
