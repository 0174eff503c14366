package storm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/ui/text"
)

// One fault after the other, each looked at closely, in one world. At its end everything must be exact.
func TestStormFaultByFault(t *testing.T) {
	w := newWorld(t, 0)
	l := newLedger()
	for _, one := range []struct {
		name string
		run  func(*testing.T, *world, *ledger)
	}{
		{"the counter works while the centre is away", counterWithoutCentre},
		{"the station's database is killed under an officer's hands", stationLosesItsDatabase},
		{"the programs stop in order", programsStop},
		{"a killed program leaves nothing that is in the way", killedProgramsStartAgain},
	} {
		if !t.Run(one.name, func(t *testing.T) { one.run(t, w, l) }) {
			return // the next would only report the same
		}
	}
	w.exact(t, l)
}

// serveSome serves so many travellers in lane 1, one after the other, and gives how long each took from the scan to the recorded
// decision.
func serveSome(t *testing.T, o *officer, l *ledger, n int) (took []time.Duration) {
	t.Helper()
	for range n {
		began := time.Now()
		document := l.next()
		served, err := o.serve(t.Context(), l, document)
		require.NoError(t, err)
		require.True(t, served)
		took = append(took, time.Since(began))
		require.Contains(t, l.acked, document, "nothing stands between the scan and the answer")
	}
	return took
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// words is a text of the catalogue, as it stands in a page.
func words(t *testing.T, key text.Key) string {
	t.Helper()
	texts, err := text.Load()
	require.NoError(t, err)
	return texts.Printer(text.English).T(key)
}

// The line is dead without telling: nothing at the counter may wait for it.
func counterWithoutCentre(t *testing.T, w *world, l *ledger) {
	n := 15
	if long() {
		n = 2000
	}
	o := w.officer(t, 1)
	require.NoError(t, o.signIn(t.Context()))
	require.NoError(t, until(t.Context(), func() error { return o.shows(t.Context(), words(t, text.CounterCentreUp)) }))
	with := median(serveSome(t, o, l, 15))

	dropped := w.line.Dropped()
	w.line.Blackhole()
	first := serveSome(t, o, l, 1)[0] // before anybody at the station knows
	require.NoError(t, until(t.Context(), func() error { return o.shows(t.Context(), words(t, text.CounterCentreDown)) }))
	without := median(serveSome(t, o, l, n))
	require.Greater(t, w.line.Dropped(), dropped, "the line was dead")
	waiting, err := w.backlog(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, waiting, n+1, "what was decided waits")
	require.Less(t, without, 8*with, "the counter waits for the centre")
	require.Less(t, first, 20*with, "the counter waits for the centre until it is known to be away")

	healed := time.Now()
	w.line.Restore()
	require.NoError(t, until(t.Context(), func() error { return w.settled(t.Context()) }), "what was decided meanwhile arrives")
	caughtUp := time.Since(healed)
	require.NoError(t, until(t.Context(), func() error { return o.shows(t.Context(), words(t, text.CounterCentreUp)) }))
	t.Logf("scan to recorded decision, median: %s with the centre, %s without (the first %s); backlog of %d caught up in %s",
		with, without, first, waiting, caughtUp)
}

// shows is an error unless the officer's page has the words.
func (o *officer) shows(ctx context.Context, what string) error {
	page, err := o.look(ctx)
	if err == nil && !strings.Contains(page.body, what) {
		err = fmt.Errorf("the page does not say %q", what)
	}
	return err
}

// internals are what no person at a counter should read.
var internals = regexp.MustCompile(`SQLSTATE|FATAL|goroutine|\.go:|pgx|postgres|connect:|unix`)

func stationLosesItsDatabase(t *testing.T, w *world, l *ledger) {
	o := w.officer(t, 2)
	require.NoError(t, o.signIn(t.Context()))
	serveSome(t, o, l, 3)
	texts, err := text.Load()
	require.NoError(t, err)
	says := texts.Printer(text.English).Problem(problem.New(problem.Unavailable, "database_away"))
	for _, htmx := range []bool{false, true} { // a bare page, and a part of one
		o.htmx = htmx
		document := l.next()
		zone, err := zoneOf(document)
		require.NoError(t, err)
		refused := answer{}
		require.NoError(t, until(t.Context(), func() error { // the fault must bite: a scan meets the outage
			died := make(chan error, 1)
			go func() { died <- w.station.killPostmaster(t.Context()) }()
			for {
				a, err := o.scan(t.Context(), zone)
				if err == nil && a.status >= http.StatusInternalServerError {
					refused = a
				}
				select {
				case err := <-died:
					if err == nil && refused.status == 0 {
						err = errors.New("no scan met the outage")
					}
					return err
				default:
				}
			}
		}))
		require.Equal(t, http.StatusServiceUnavailable, refused.status)
		require.Contains(t, refused.body, says)
		require.NotRegexp(t, internals, refused.body)
		require.Equal(t, htmx, !strings.Contains(refused.body, "<html"), "a part of a page stays a part")
		o.htmx = false
		served, err := o.serve(t.Context(), l, document)
		require.NoError(t, err, "the pool finds the database again by itself")
		require.True(t, served)
	}
	serveSome(t, o, l, 3)
}

// stream opens an event stream and returns when its first line has come; ended gives when it is over.
func (b browser) stream(t *testing.T, path string) (ended <-chan struct{}) {
	t.Helper()
	ended, err := b.streams(t.Context(), path)
	require.NoError(t, err)
	return ended
}

func (b browser) streams(ctx context.Context, path string) (ended <-chan struct{}, err error) {
	response, err := b.open(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(response.Body)
	if response.StatusCode != http.StatusOK || !lines.Scan() {
		return nil, errors.Join(fmt.Errorf("no stream at %s: answered %d", path, response.StatusCode), lines.Err(), response.Body.Close())
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		for lines.Scan() {
		}
		_ = response.Body.Close() // read to its end
	}()
	return over, nil
}

// programsStop stops both programs under load and with a stream open: in order, with exit status 0 and nothing left behind.
func programsStop(t *testing.T, w *world, l *ledger) {
	stopTraffic := w.traffic(t, l)
	before := l.count()
	require.NoError(t, until(t.Context(), func() error { return atLeast(l, before+5) }))

	analyst := newBrowser(t, w.central, w.roots(t, w.central))
	require.NoError(t, analyst.signInAs(t.Context(), "analyst", "/live"))
	w.stops(t, w.central, analyst.stream(t, "/live/stream"))
	before = l.count()
	require.NoError(t, until(t.Context(), func() error { return atLeast(l, before+5) }), "the counters go on without the centre")
	require.NoError(t, w.startCentral(t.Context()))

	o := w.officer(t, 1)
	require.NoError(t, o.signIn(t.Context()))
	var watched <-chan struct{}
	// The lane's own officer works on: somebody stands there for moments only. He admits whoever does, so each try scans somebody else.
	require.NoError(t, until(t.Context(), func() error {
		zone, err := zoneOf(l.next())
		if err != nil {
			return err
		}
		if _, err := o.scan(t.Context(), zone); err != nil {
			return err
		}
		page, err := o.ask(t.Context(), http.MethodGet, "/counter?panel=admit", nil)
		form := decisionForm.FindStringSubmatch(page.body)
		if err == nil && form == nil {
			err = errors.New("nobody stands at the counter")
		}
		if err == nil {
			watched, err = o.streams(t.Context(), strings.Replace(form[1], "/decision", "/stream?"+url.Values{"seen": {"0"}}.Encode(), 1))
		}
		return err
	}))
	w.stops(t, w.station, watched)
	require.NoError(t, w.station.start(t.Context()))
	before = l.count()
	require.NoError(t, until(t.Context(), func() error { return atLeast(l, before+5) }), "work goes on")
	require.NoError(t, stopTraffic())
}

// stops asks a program to stop while a stream is open.
func (w *world) stops(t *testing.T, p *program, stream <-chan struct{}) {
	t.Helper()
	require.NotEmpty(t, p.servers())
	began := time.Now()
	require.NoError(t, p.stop(), "exit status 0")
	took := time.Since(began)
	t.Logf("%s stopped within %s", p.name, took)
	require.Less(t, took, 15*time.Second, "an open stream and a load hold up the stop of %s", p.name)
	<-stream
	require.Empty(t, p.servers(), "no database server stays")
}

// killedProgramsStartAgain kills each program: its database ends with it, and both the database that is still ending and one that has
// ended are no obstacle to the next start.
func killedProgramsStartAgain(t *testing.T, w *world, l *ledger) {
	o := w.officer(t, 3)
	require.NoError(t, o.signIn(t.Context()))
	for _, p := range []*program{w.station, w.central} {
		serveSome(t, o, l, 2)
		killed := time.Now()
		require.NoError(t, p.kill())
		require.NoError(t, w.start(t.Context(), p), "at once")
		require.NoError(t, until(t.Context(), func() error { return p.ready(t.Context()) }))
		at := time.Since(killed)
		serveSome(t, o, l, 2)
		require.NoError(t, p.kill())
		require.NoError(t, until(t.Context(), func() error {
			if left := p.servers(); len(left) > 0 {
				return fmt.Errorf("processes %v of the database of %s outlive it", left, p.name)
			}
			return nil
		}))
		require.NoError(t, w.start(t.Context(), p), "later")
		t.Logf("%s: %s from kill -9 to /readyz 200 when started at once; %s from a start to serving when its database had ended", p.name, at, p.run().took)
	}
	serveSome(t, o, l, 2)
}
