package storm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// browser is a person's session at a program over HTTPS. Redirects are not followed: where the program sends the browser is its
// answer.
type browser struct {
	at   *program
	http *http.Client
	htmx bool // asks as htmx does, for a part of the page
}

func newBrowser(t *testing.T, at *program, roots *x509.CertPool) browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}, MaxIdleConnsPerHost: 2}
	t.Cleanup(transport.CloseIdleConnections)
	return browser{at: at, http: &http.Client{
		Transport: transport, Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// officer is a browser at a counter.
type officer struct {
	browser
	lane int
}

func (w *world) officer(t *testing.T, lane int) *officer {
	t.Helper()
	return &officer{newBrowser(t, w.station, w.roots(t, w.station)), lane}
}

// answer is what the station answered, read whole.
type answer struct {
	status   int
	location string // where a redirect leads
	body     string
	took     time.Duration
}

// counter is where a station sends the browser after what it has recorded.
func (a answer) done() bool { return a.status == http.StatusSeeOther && a.location == "/counter" }

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.location) }

var errSignedOut = errors.New("the session is over")

// open makes a request as the program's own page does; the answer's body is the caller's to close.
func (b browser) open(ctx context.Context, method, path string, values url.Values) (*http.Response, error) {
	var body io.Reader
	if method != http.MethodGet {
		body = strings.NewReader(values.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, b.at.url()+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	request.Header.Set("Accept-Language", "en")
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.htmx {
		request.Header.Set("HX-Request", "true")
	}
	return b.http.Do(request)
}

// ask is open, and reads the answer whole.
func (b browser) ask(ctx context.Context, method, path string, values url.Values) (answer, error) {
	began := time.Now()
	response, err := b.open(ctx, method, path, values)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return answer{}, err
	}
	a := answer{response.StatusCode, response.Header.Get("Location"), string(text), time.Since(began)}
	if strings.HasPrefix(a.location, "/signin") || a.location == "/counter/lane" {
		return a, errSignedOut
	}
	return a, nil
}

func (b browser) signInAs(ctx context.Context, login, next string) error {
	a, err := b.ask(ctx, http.MethodPost, "/signin", url.Values{"login": {login}, "password": {password}, "next": {next}})
	if err == nil && (a.status != http.StatusSeeOther || a.location != next) {
		err = fmt.Errorf("sign in: %s", a)
	}
	return err
}

// signIn opens a session and takes the lane.
func (o *officer) signIn(ctx context.Context) error {
	if err := o.signInAs(ctx, login(o.lane), "/counter"); err != nil {
		return err
	}
	a, err := o.ask(ctx, http.MethodPost, "/counter/lane", url.Values{"lane": {strconv.Itoa(o.lane)}})
	if err == nil && !a.done() {
		err = fmt.Errorf("take lane %d: %s", o.lane, a)
	}
	return err
}

func (o *officer) scan(ctx context.Context, zone string) (answer, error) {
	return o.ask(ctx, http.MethodPost, "/counter/scans", url.Values{"mrz": {zone}, "mode": {"land"}, "transport": {"ST 1234"}, "purpose": {"visit"}})
}

func (o *officer) look(ctx context.Context) (answer, error) {
	return o.ask(ctx, http.MethodGet, "/counter", nil)
}

var (
	documentShown = regexp.MustCompile(`<bdi class="mono">(S[0-9]{8})</bdi>`)
	decisionForm  = regexp.MustCompile(`action="(/counter/inspections/[0-9a-f-]{36}/decision)"`)
)

// traveller is the number of the document of who stands at the counter; "" for nobody.
func (a answer) traveller() string {
	if found := documentShown.FindStringSubmatch(a.body); found != nil {
		return found[1]
	}
	return ""
}

// pending reports whether a check of who stands at the counter has not answered yet.
func (a answer) pending() bool {
	return decisionForm.FindString(a.body) == "" && !strings.Contains(a.body, "?panel=admit")
}

// admit records the decision on who stands on the page; the answer is done when it was recorded.
func (o *officer) admit(ctx context.Context, page answer) (answer, error) {
	values := url.Values{"verdict": {"admit"}}
	form := decisionForm.FindStringSubmatch(page.body)
	if form == nil { // a check has no answer or a hit: the panel asks for a reason
		panel, err := o.ask(ctx, http.MethodGet, "/counter?panel=admit", nil)
		if err != nil {
			return panel, err
		}
		if form = decisionForm.FindStringSubmatch(panel.body); form == nil {
			return panel, nil
		}
		values.Set("reason", "checked_by_other_means")
	}
	return o.ask(ctx, http.MethodPost, form[1], values)
}

// zoneOf is the machine readable zone of a synthetic traveller with the document.
func zoneOf(number string) (string, error) {
	birth, err := traveldoc.ParseDate("1974-08-12")
	if err != nil {
		return "", err
	}
	expiry, err := traveldoc.ParseDate("2031-03-01")
	if err != nil {
		return "", err
	}
	letters := strings.Map(func(r rune) rune { return 'A' + r - '0' }, number[1:])
	return simulate.Person{
		Format:   mrz.TD3,
		Identity: traveldoc.Identity{Surname: "STORMGAARD", GivenNames: letters, BirthDate: birth, Sex: "F", Nationality: "FRA"},
		Document: traveldoc.Document{Code: "P", Number: number, IssuingState: "FRA", ExpiryDate: expiry},
	}.MRZ()
}
