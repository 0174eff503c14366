package bench_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counter is an officer's session in a lane, over HTTP/2 and TLS 1.3, asking as the counter's page asks.
type counter struct {
	base, lane string
	http       *http.Client
}

// travellers hands out people of the town, no one twice, those with a history and those without mixed.
type travellers struct {
	*country
	next atomic.Int64
}

func (t *travellers) zone() (string, error) {
	zone, _, err := t.draw()
	return zone, err
}

func (t *travellers) draw() (zone string, expired bool, err error) {
	const stride = 7919 // coprime to the town's size: every person comes once
	n := t.next.Add(1)
	if int(n) >= t.town.Size {
		return "", false, errors.New("the town has no more people")
	}
	p := t.town.Person(int(n)*stride%t.town.Size, false)
	zone, err = p.MRZ()
	return zone, p.Document.ExpiryDate.Before(t.town.Today), err
}

func (c *country) counters(b *testing.B, n int) []*counter {
	b.Helper()
	out := make([]*counter, n)
	for i := range out {
		jar, err := cookiejar.New(nil)
		require.NoError(b, err)
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS13}, ForceAttemptHTTP2: true}
		b.Cleanup(transport.CloseIdleConnections)
		out[i] = &counter{base: c.post.url(), lane: strconv.Itoa(i + 1), http: &http.Client{Transport: transport, Jar: jar}}
		require.NoError(b, out[i].signIn(b.Context(), c.password))
	}
	return out
}

func (c *counter) signIn(ctx context.Context, password string) error {
	if _, err := c.ask(ctx, http.MethodPost, "/signin", url.Values{"login": {officer}, "password": {password}, "next": {"/counter"}}); err != nil {
		return err
	}
	if _, err := c.ask(ctx, http.MethodPost, "/counter/lane", url.Values{"lane": {c.lane}}); err != nil {
		return err
	}
	page, err := c.ask(ctx, http.MethodGet, "/counter", nil)
	if err == nil && !strings.Contains(page, `id="desk"`) {
		err = fmt.Errorf("lane %s shows no desk", c.lane)
	}
	return err
}

// ask makes one request and gives the whole answer.
func (c *counter) ask(ctx context.Context, method, path string, values url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("Accept-Language", "en")
	request.Header.Set("HX-Request", "true")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.http.Do(request)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return string(body), err
}

// desk is what stands at the counter after a scan.
type desk struct {
	page  string
	clear bool // every check answered "no hit"
	late  bool // not every check had answered when the scan was
}

// scan sends a machine readable zone and returns once the finding of every check has been read.
func (c *counter) scan(ctx context.Context, zone string) (d desk, took time.Duration, err error) {
	begun := time.Now()
	d.page, err = c.ask(ctx, http.MethodPost, "/counter/scans", url.Values{"mrz": {zone}, "mode": {"air"}, "transport": {"XX123"}, "purpose": {"holiday"}})
	for err == nil && strings.Contains(d.page, `id="stream"`) { // some check has not answered yet
		d.late = true
		d.page, err = c.ask(ctx, http.MethodGet, "/counter", nil)
	}
	took = time.Since(begun)
	d.clear = strings.Contains(d.page, `class="band no-hit"`)
	if err == nil && !strings.Contains(d.page, `id="traveller-name"`) {
		err = errors.New("nobody is at the counter after a scan")
	}
	return d, took, err
}

var decisionPath = regexp.MustCompile(`action="(/counter/inspections/[0-9a-f-]{36}/decision)"`)

// admit records the decision and returns how long that took. A traveller who is not clear is admitted with a reason, which the
// officer asks the form of first, or referred where the hit belongs to the second line.
func (c *counter) admit(ctx context.Context, d desk) (took time.Duration, err error) {
	values := url.Values{"verdict": {"admit"}}
	if !d.clear {
		verdict, reason := "admit", "document_examined"
		if !strings.Contains(d.page, "?panel=admit") {
			verdict, reason = "refer", "hit"
		}
		values.Set("verdict", verdict)
		values.Set("reason", reason)
		if d.page, err = c.ask(ctx, http.MethodGet, "/counter?panel="+verdict, nil); err != nil {
			return 0, err
		}
	}
	found := decisionPath.FindStringSubmatch(d.page)
	if found == nil {
		return 0, errors.New("the counter offers no decision")
	}
	begun := time.Now()
	_, err = c.ask(ctx, http.MethodPost, found[1], values)
	return time.Since(begun), err
}
