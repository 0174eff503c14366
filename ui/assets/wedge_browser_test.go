package assets_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/ui/assets"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// Documents of ICAO Doc 9303 (the Utopian specimens), one of each size.
const (
	td3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	td1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	td2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	// mrva and mrvb are visas; wrong has one check digit changed.
	mrva  = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
	mrvb  = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"
	early = "P<D<<SCHNEIDER<<FELIX<<<<<<<<<<<<<<<<<<<<<<<\nC245263356D<<5412183M3405282<<<<<<<<<<<<<<<2"
	wrong = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C35UTO7408122F1204159ZE184226B<<<<<10"
)

func flat(s string) string { return strings.ReplaceAll(s, "\n", "") }

func turned(s string) string {
	lines := strings.Split(s, "\n")
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return strings.Join(lines, "\n")
}

// lane is a page with a reader's form, without htmx: what wedge.js itself does. answer is what the server says to a scan.
type lane struct {
	mu     sync.Mutex
	scans  []string
	answer int
}

func (l *lane) status() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.answer == 0 {
		return http.StatusOK
	}
	return l.answer
}

func (l *lane) say(status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = status
}

func (l *lane) got() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.scans...)
}

const lanePage = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Lane</title>
<meta name="htmx-config" content='{"includeIndicatorCSS":false}'><link rel="icon" href="data:,">
<script defer src="%s"></script><script defer src="%s"></script></head><body>
<form hx-post="/scan" hx-target="#answer" data-wedge data-wedge-field="mrz"><textarea name="mrz" id="mrz"></textarea><input type="hidden" name="source"></form>
<p data-wedge-line id="line" data-queued="waiting {n}" data-unreadable="unreadable {n}" data-layout-azerty="azerty" data-layout-qwertz="qwertz" data-layout-arabic="arabic"></p>
<input id="reason"><select id="choice"><option>none</option><option>Passport</option><option>Luggage</option></select>
<button id="admit">Admit</button><div id="answer"></div>
<script>window.pressed = 0; document.getElementById("admit").addEventListener("click", () => window.pressed++);</script></body></html>`

func openLane(t *testing.T) (*browsertest.Page, *lane) {
	t.Helper()
	files, err := assets.New()
	require.NoError(t, err)
	l := &lane{}
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, files)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, lanePage, files.URL("htmx.min.js"), files.URL("wedge.js"))
	})
	mux.HandleFunc("POST /scan", func(w http.ResponseWriter, r *http.Request) {
		status := l.status()
		if status == http.StatusOK {
			l.mu.Lock()
			l.scans = append(l.scans, strings.ReplaceAll(r.FormValue("mrz"), "\r\n", "\n")+"|"+r.FormValue("source"))
			l.mu.Unlock()
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<p>answered</p>")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p := browsertest.Open(t, "en")
	p.Goto(server.URL + "/")
	p.Wait("window.wedge && window.htmx")
	return p, l
}

func (l *lane) wait(t *testing.T, p *browsertest.Page, scans int) {
	t.Helper()
	p.Wait("document.getElementById('line').textContent === '' && document.getElementById('answer').innerText === 'answered'")
	require.Len(t, l.got(), scans)
}

func quoted(s string) string {
	raw, _ := json.Marshal(s) //nolint:errchkjson // a string
	return string(raw)
}

func TestZoneIsKnownByItsContent(t *testing.T) {
	p, _ := openLane(t)
	zone := func(typed string) string {
		return browsertest.Eval[string](p, "JSON.stringify(wedge.zone("+quoted(typed)+"))")
	}
	is := func(mrz string, valid bool) string {
		raw, err := json.Marshal(map[string]any{"lines": strings.Split(mrz, "\n"), "valid": valid})
		require.NoError(t, err)
		return string(raw)
	}
	for name, mrz := range map[string]string{"TD3": td3, "TD1": td1, "TD2": td2, "MRV-A": mrva, "MRV-B": mrvb} {
		require.JSONEq(t, is(mrz, true), zone(mrz), name)
		require.JSONEq(t, is(mrz, true), zone(flat(mrz)), name+" in one line")
		require.JSONEq(t, is(mrz, true), zone(turned(mrz)), name+" last line first")
		require.JSONEq(t, is(mrz, true), zone(strings.ToLower(mrz)), name+" with caps lock")
		require.JSONEq(t, is(mrz, true), zone(strings.ReplaceAll(mrz, "\n", "\r\n")+"\t"), name+" with suffix")
	}
	require.JSONEq(t, is(wrong, false), zone(wrong), "a wrong check digit is for the checks to tell")
	// The first 72 characters of these passports have the check digits of a TD2's number and dates by chance: taking them would cut
	// the rest off.
	require.Equal(t, "null", zone(early[:73]), "a zone whose first line ended after 44 characters is no TD2")
	require.NotContains(t, zone(flat(early)[:72]), "true", "without line breaks it may be one, but is not sure")
	for _, text := range []string{"", "P", td3[:80], td3 + "X", "the traveller says that he has lost his passport on the way to the airport and asks what to do now"} {
		require.Equal(t, "null", zone(text))
	}
	require.Equal(t, "6", browsertest.Eval[string](p, `wedge.digit("L898902C3")`))
}

// TestLayouts is the table of what a reader set to the US layout gives on a computer with another: each character of the
// zone stands on the key where the US layout has it.
func TestLayouts(t *testing.T) {
	p, _ := openLane(t)
	// Shifted letters; digits and the comma key with shift ("<") as the layout gives them.
	azerty := strings.NewReplacer("A", "Q", "Q", "A", "Z", "W", "W", "Z", "M", "?", "<", ".",
		"1", "&", "2", "é", "3", "\"", "4", "'", "5", "(", "6", "-", "7", "è", "8", "_", "9", "ç", "0", "à")
	qwertz := strings.NewReplacer("Y", "Z", "Z", "Y", "<", ";")
	arabic := strings.NewReplacer("A", "\u0650", "B", "\u0644\u0622", "C", "{", "D", "]", "E", "\u064f", "F", "[", "G", "\u0644\u0623", "H", "\u0623",
		"I", "\u00f7", "K", "\u060c", "L", "/", "M", "\u2019", "N", "\u0622", "O", "\u00d7", "P", "\u061b", "R", "\u064c", "S", "\u064d", "T", "\u0644\u0625",
		"U", "\u2018", "V", "{", "X", "\u0652", "Z", "~", "<", ",")
	layout := func(typed string) *string {
		return browsertest.Eval[*string](p, "wedge.layout("+quoted(typed)+")")
	}
	for name, mrz := range map[string]string{"TD3": td3, "TD1": td1, "TD2": td2, "MRV-A": mrva, "MRV-B": mrvb} {
		require.Equal(t, "azerty", *layout(azerty.Replace(mrz)), name)
		require.Equal(t, "qwertz", *layout(qwertz.Replace(mrz)), name)
		require.Equal(t, "arabic", *layout(arabic.Replace(mrz)), name)
		require.Nil(t, layout(mrz), name)
	}
	require.Nil(t, layout("المسافر يقول إنه فقد جواز سفره"), "a sentence in Arabic is no scan")
}

func TestReaderWithAnySuffix(t *testing.T) {
	for name, c := range map[string]struct{ typed, suffix, mrz string }{
		"none, one line":       {flat(td3), "", td3},
		"Enter":                {flat(td3), "\r", td3},
		"Tab":                  {flat(td1), "\t", td1},
		"lines and Enter":      {td1, "\r", td1},
		"TD2, no suffix":       {flat(td2), "", td2},
		"upside down":          {turned(td3), "\r", td3},
		"a wrong check digit":  {wrong, "\r", wrong},
		"wrong, without lines": {flat(wrong), "", wrong},
	} {
		t.Run(name, func(t *testing.T) {
			p, l := openLane(t)
			browsertest.Eval[bool](p, "document.getElementById('admit').focus(), true")
			p.Scan(c.typed, c.suffix)
			l.wait(t, p, 1)
			require.Equal(t, c.mrz+"|reader", l.got()[0])
			require.Zero(t, browsertest.Eval[int](p, "window.pressed"), "the reader's Enter presses nothing")
			require.Equal(t, "#admit", p.Focus(), "the reader's Tab moves nothing")
		})
	}
}

func TestScanIntoAnyFieldLeavesTheFieldAlone(t *testing.T) {
	p, l := openLane(t)
	browsertest.Eval[bool](p, "document.getElementById('reason').focus(), true")
	p.Type("seen ")
	p.Wait("(window.t0 ??= performance.now()) && performance.now() - window.t0 > 600") // the person stops typing, then scans
	p.Scan(td3, "\r")
	l.wait(t, p, 1)
	require.Equal(t, "seen ", p.Value("#reason"))
	require.Equal(t, "#reason", p.Focus())

	browsertest.Eval[bool](p, "document.getElementById('answer').replaceChildren(), document.getElementById('choice').focus(), true")
	p.Scan(td1, "\r")
	l.wait(t, p, 2)
	require.Equal(t, "none", p.Value("#choice"), "a scan does not choose from a list")
}

// Who types and puts the document down in the same moment loses neither the words nor the scan.
func TestAScanRightAfterTypedWords(t *testing.T) {
	for name, c := range map[string]struct{ words, typed, mrz string }{
		"one word":            {"KQ113", td3, td3},
		"two words":           {"KQ 113", td3, td3},
		"in one line":         {"KQ 113", flat(td1), td1},
		"like a zone's start": {"P<UTO", td2, td2},
		"upside down":         {"KQ113", turned(td3), td3},
	} {
		t.Run(name, func(t *testing.T) {
			p, l := openLane(t)
			browsertest.Eval[bool](p, "document.getElementById('reason').value = 'gate 7, ', document.getElementById('reason').focus(), true")
			p.Scan(c.words, "")
			p.Scan(c.typed, "\r")
			l.wait(t, p, 1)
			require.Equal(t, c.mrz+"|reader", l.got()[0])
			require.Equal(t, "gate 7, "+c.words, p.Value("#reason"))
			require.Equal(t, "#reason", p.Focus())
		})
	}
}

func TestSameScanTwiceIsOne(t *testing.T) {
	p, l := openLane(t)
	p.Scan(td3, "\r")
	p.Scan(td3, "\r")
	l.wait(t, p, 1)
	p.Scan(td2, "\r")
	p.Wait("document.getElementById('line').textContent === ''")
	p.Wait("true")
	require.Eventually(t, func() bool { return len(l.got()) == 2 }, patience, tick)
}

// Whoever does something between two scans of one document scans anew: the traveller may have been admitted in between, and a scan that
// is neither sent nor told would be lost.
func TestTheSameScanAfterAnActIsAnother(t *testing.T) {
	for name, act := range map[string]func(*browsertest.Page){
		"a key": func(p *browsertest.Page) { p.Press("F2") },
		"a click": func(p *browsertest.Page) {
			browsertest.Eval[bool](p, `document.getElementById("admit").dispatchEvent(new PointerEvent("pointerdown", {bubbles: true}))`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, l := openLane(t)
			p.Scan(td3, "\r")
			l.wait(t, p, 1)
			act(p)
			p.Scan(td3, "\r")
			require.Eventually(t, func() bool { return len(l.got()) == 2 }, patience, tick)
			require.Equal(t, l.got()[0], l.got()[1])
		})
	}
}

// A machine that stalls in the middle of a scan loses no letter of it, whatever the timers of the page have said meanwhile: the keys tell
// their own times.
func TestAStallInTheMiddleOfAScanLosesNoLetter(t *testing.T) {
	for _, after := range []int{20, 60, 72, 80} { // 72 letters of this document look like a smaller one
		t.Run(fmt.Sprint(after), func(t *testing.T) {
			p, l := openLane(t)
			browsertest.Eval[bool](p, `(() => { window.at = performance.now();
				window.key = (key) => { const e = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
					Object.defineProperty(e, "timeStamp", {value: window.at++}); document.dispatchEvent(e); }; return true; })()`)
			browsertest.Eval[bool](p, fmt.Sprintf(`[...%s].forEach(window.key), true`, quoted(flat(td3)[:after])))
			if after >= 60 && after != 72 {
				p.WaitText("#line", fmt.Sprintf("unreadable %d", after)) // told, and yet not given up
			}
			// 200 ms: after the page's first look and before its second, in the order of its own timers.
			browsertest.Eval[bool](p, fmt.Sprintf(`new Promise((done) => setTimeout(() => { [...%s].forEach(window.key); window.key("Enter"); done(true); }, 200))`,
				quoted(flat(td3)[after:])))
			l.wait(t, p, 1)
			require.Equal(t, td3+"|reader", l.got()[0])
		})
	}
}

// The focus may move to another field while the reader types, because a part of the page came: the scan is whole, and no field keeps its
// letters.
func TestTheFocusMovesInTheMiddleOfAScan(t *testing.T) {
	p, l := openLane(t)
	browsertest.Eval[bool](p, `document.getElementById("reason").value = "gate 7", document.getElementById("reason").focus(), true`)
	p.Scan(flat(td3)[:44], "") // what follows begins with L, as one choice does
	browsertest.Eval[bool](p, `document.getElementById("choice").focus(), true`)
	p.Scan(flat(td3)[44:], "\r")
	l.wait(t, p, 1)
	require.Equal(t, td3+"|reader", l.got()[0])
	require.Equal(t, "gate 7", p.Value("#reason"))
	require.Equal(t, "none", p.Value("#choice"))
}

func TestScansWaitWhileTheServerIsAway(t *testing.T) {
	p, l := openLane(t)
	p.AllowConsole("status of 503")
	l.say(http.StatusServiceUnavailable)
	p.Scan(td3, "\r")
	p.WaitText("#line", "waiting 1")
	p.Scan(td2, "\r")
	p.WaitText("#line", "waiting 2")
	l.say(http.StatusOK)
	require.Eventually(t, func() bool { return len(l.got()) == 2 }, patience, tick)
	require.Equal(t, []string{td3 + "|reader", td2 + "|reader"}, l.got(), "in the order of scanning, each once")
	p.Wait("document.getElementById('line').textContent === ''")
}

func TestScansWaitWhileThePageHolds(t *testing.T) {
	p, l := openLane(t)
	browsertest.Eval[bool](p, "document.getElementById('answer').setAttribute('data-wedge-hold', ''), true")
	p.Scan(td3, "\r")
	p.WaitText("#line", "waiting 1")
	require.Empty(t, l.got())
	browsertest.Eval[bool](p, "document.getElementById('answer').removeAttribute('data-wedge-hold'), true")
	browsertest.Eval[bool](p, "document.dispatchEvent(new Event('htmx:after:swap')), true")
	require.Eventually(t, func() bool { return len(l.got()) == 1 }, patience, tick)
}

func TestPaste(t *testing.T) {
	p, l := openLane(t)
	paste := func(text string) bool {
		return browsertest.Eval[bool](p, `(() => { const d = new DataTransfer(); d.setData("text", `+quoted(text)+`);
			const e = new ClipboardEvent("paste", {clipboardData: d, bubbles: true, cancelable: true});
			document.getElementById("reason").dispatchEvent(e); return e.defaultPrevented; })()`)
	}
	require.False(t, paste("a note"), "other texts are pasted as ever")
	require.True(t, paste(turned(td3)))
	l.wait(t, p, 1)
	require.Equal(t, td3+"|paste", l.got()[0])
}

// Typed slowly by hand the zone is an ordinary text: Enter and Tab are the person's.
func TestTypingByHandIsLeftAlone(t *testing.T) {
	p, l := openLane(t)
	browsertest.Eval[bool](p, "document.getElementById('reason').focus(), true")
	p.Type("no luggage")
	p.Press("Tab")
	require.Equal(t, "#choice", p.Focus())
	require.Equal(t, "no luggage", p.Value("#reason"))
	require.Empty(t, l.got())
}

// Synthetic events carry times of their own: a reader that is slow between keys, and a person who pauses.
func TestGapsByTheTimeOfTheEvents(t *testing.T) {
	p, l := openLane(t)
	send := func(text string, from, each float64) {
		browsertest.Eval[bool](p, fmt.Sprintf(`(() => { let at = %f; for (const key of %s) { const e = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
			Object.defineProperty(e, "timeStamp", {value: at}); document.dispatchEvent(e); at += %f; } return true; })()`, from, quoted(flat(text)), each))
	}
	send(td3, 1000, 490)
	l.wait(t, p, 1)
	send(td3[:20], 100000, 10)
	send(td2, 100000+200+600, 10)
	require.Eventually(t, func() bool { return len(l.got()) == 2 }, patience, tick)
	require.Equal(t, td2+"|reader", l.got()[1], "what came before the pause is forgotten")
}

func TestWrongLayoutIsTold(t *testing.T) {
	p, l := openLane(t)
	p.Scan(strings.NewReplacer("<", ";", "Y", "Z", "Z", "Y").Replace(flat(td3)), "\r")
	p.WaitText("#line", "qwertz")
	require.Empty(t, l.got())
	p.Scan(flat(td3)[:70], "\r")
	p.WaitText("#line", "unreadable 70")
	p.Scan(flat(td3), "\r")
	l.wait(t, p, 1)
}

// A border pass has no zone: its bar or QR code holds the number, and the check digit tells it from other texts.
func TestBorderPass(t *testing.T) {
	const number = "BPUTO0123456785"
	p, l := openLane(t)
	p.Scan(number, "\r")
	l.wait(t, p, 1)
	require.Equal(t, number+"|reader", l.got()[0])
	require.Equal(t, 0, browsertest.Eval[int](p, "window.pressed"), "the reader's Enter is the reader's")
	p.Scan(td3, "\r")
	l.wait(t, p, 2)
	require.Equal(t, td3+"|reader", l.got()[1], "a passport after it is a passport")

	browsertest.Eval[bool](p, "document.getElementById('reason').focus(), true")
	p.Scan("BPUTO0123456786", "") // the check digit is wrong: a text like any other
	require.Equal(t, "BPUTO0123456786", p.Value("#reason"))
	require.Len(t, l.got(), 2)
	for text, is := range map[string]bool{
		number: true, "bputo0123456785": true, " BPUTO 012345678 5\n": true, "BPUTO0123456795": false, "BPUTO012345678": false,
		"XPUTO0123456785": false, "BP1TO0123456785": false,
	} {
		require.Equal(t, is, browsertest.Eval[bool](p, "!!wedge.pass("+quoted(text)+")"), text)
	}
}
