package carrierportal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/alerts/listfile"
	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/intake"
	"github.com/openbmis/openbmis/api_pnr/law"
	"github.com/openbmis/openbmis/api_pnr/score"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb"
	"github.com/openbmis/openbmis/internal/postgres/passengerdb/passengerdbtest"
	"github.com/openbmis/openbmis/internal/postgres/scoredb"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/carrierportal"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// stream takes notices as the carriers' streams do.
type stream struct{}

func (stream) Send(context.Context, string, string, []byte) error {
	return errors.New("no message here")
}
func (stream) Notify(context.Context, string, string, []byte) error { return nil }

// portal is the pages over real stores, with the processor that reads what carriers send.
type portal struct {
	*webtest.Site
	store     *passengerdb.Store
	score     *scoredb.Store
	processor *intake.Processor
	law       law.Profile
}

func open(t testing.TB) *portal {
	t.Helper()
	d := &portal{}
	var err error
	d.law, err = law.Load("")
	require.NoError(t, err)
	d.Site = webtest.New(t, migrations.Central, func(site *webtest.Site) {
		now := site.Clock.Now
		d.store = passengerdbtest.Store(t, site.DB, now)
		d.processor = intake.New(intake.Options{Store: d.store, Now: now, Log: site.Logs.Logger(), PartsTimeout: time.Minute})
		d.score = scoredb.New(scoredb.Options{
			DB: site.DB, Manifests: d.store, Courier: stream{}, Policy: score.DefaultPolicy(), Country: listfile.CountryCode, Now: now, Log: site.Logs.Logger(),
		})
		carrierportal.Register(site.Server, carrierportal.Options{Messages: d.store, Scores: d.score, Policy: score.DefaultPolicy(), Take: d.take})
		site.Handle(http.MethodGet, "/", auth.SessionOwn, func(c *web.Context) error { return c.SeeOther("/account") })
	}, func(o *web.Options) { o.Nav = carrierportal.Nav() })
	return d
}

// take is the door of these tests: the law's filter, then the keeper, then the reader.
func (d *portal) take(ctx context.Context, carrier, name string, body []byte) (apipnr.Receipt, error) {
	kept, dropped, _ := d.law.Drop.Filter(body)
	told, err := d.store.Keep(ctx, apipnr.Envelope{
		ID: uuid.New(), Carrier: carrier, Gateway: apipnr.GatewayPage, Subject: "page/" + name, ReceivedAt: d.Clock.Now(), Digest: sha256.Sum256(body),
		Dropped: dropped, Body: kept,
	})
	if err != nil {
		return told, err
	}
	if _, err = d.processor.Drain(ctx); err != nil {
		return told, err
	}
	_, err = d.score.Look(ctx)
	return told, err
}

// list is a passenger list of a flight that departs in two hours; the carrier is that of the flight.
func (d *portal) list(carrier, number, surname, born string) string {
	day := d.Clock.Now().Format("060102")
	return "UNA:+.? 'UNB+UNOA:4+" + carrier + "+UTOPIA+" + day + ":0800+" + number + born + "'UNH+1+PAXLST:D:05B:UN:IATA'BGM+745'RFF+TN:T1:::1'" +
		"TDT+20+" + carrier + number + "+++" + carrier + "'LOC+125+DXB'DTM+189:" + day + "1400:201'LOC+87+LHR'DTM+232:" + day + "1900:201'" +
		"NAD+FL+++" + surname + ":RITA'ATT+2++F'DTM+329:" + born + "'NAT+2+DEU'RFF+ABO:R1'DOC+P:110:111+K1234567'DTM+36:300203'LOC+91+DEU'" +
		"CNT+42:1'UNT+18+1'UNZ+1+" + number + born + "'"
}

// broken is a list that names no flight: all of it goes to quarantine.
func (d *portal) broken() string {
	body := d.list("XX", "123", "WEBER", "800203")
	return body[:strings.Index(body, "TDT+")] + body[strings.Index(body, "NAD+FL"):]
}

// of makes somebody of a carrier.
func (d *portal) of(t testing.TB, carrier, name string, language ...string) webtest.Person {
	t.Helper()
	p := d.Person(t, auth.RoleCarrier, name, language...)
	if carrier != "" {
		require.NoError(t, d.Door.SetAgency(t.Context(), audit.Actor{ID: "test", Role: "administrator"}, p.ID, carrier))
	}
	return p
}

func (d *portal) sent(t testing.TB, carrier, body string) uuid.UUID {
	t.Helper()
	told, err := d.take(t.Context(), carrier, "list.edi", []byte(body))
	require.NoError(t, err)
	return told.ID
}

// upload sends a file as the page's form does.
func (d *portal) upload(t testing.TB, client *http.Client, name, content string) (status int, body string) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		require.NoError(t, err)
		_, err = io.WriteString(part, content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.URL+"/carrier/send", &form)
	require.NoError(t, err)
	for header, value := range map[string]string{"Content-Type": w.FormDataContentType(), "Origin": d.URL, "Sec-Fetch-Site": "same-origin"} {
		request.Header.Set(header, value)
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

func TestWhoMayDoWhat(t *testing.T) { webtest.Matrix(t, open(t).Server, "testdata/matrix.txt") }

// Somebody of a carrier finds what is wrong with a message in quarantine, and in which segment, sends a corrected one, is told that the same
// bytes are a duplicate, and sees the flight's card.
func TestACarriersPersonFindsTheErrorAndSendsItAgain(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			d := open(t)
			raw := d.sent(t, "XX", d.broken())
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			carla := d.of(t, "XX", "carla", language)
			d.SignIn(p, carla)
			p.Goto(d.URL + "/carrier/flights")
			p.WaitFor("tr[data-notice=quarantine]")
			p.CheckAccessible()
			p.TabTo("tr[data-notice=quarantine] a")
			p.Press("Enter")
			p.WaitFor("#findings")
			require.Contains(t, p.Text("main"), "no_flight")
			p.Goto(d.URL + "/carrier/messages?show=quarantined")
			p.CheckAccessible()
			require.Equal(t, []string{"/carrier/messages?show=quarantined"},
				browsertest.Eval[[]string](p, "[...document.querySelectorAll('main [aria-current]')].map(e => e.getAttribute('href'))"))
			p.TabTo("tr[data-message='" + raw.String() + "'] a")
			p.Press("Enter")
			p.WaitFor("#findings")
			p.Screenshot("carrier-quarantine-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			half := strings.Replace(d.list("XX", "123", "WEBER", "80XX03"), "UNT+18", "ZZZ+1'UNT+18", 1)
			d.choose(t, p, half)
			p.WaitFor(".message.success #receipt")
			p.Screenshot("carrier-sent-" + language)
			p.CheckAccessible()
			p.TabTo("#receipt")
			p.Press("Enter")
			p.WaitFor("tr[data-code=date_unreadable]")
			require.Contains(t, p.Text("tr[data-code=date_unreadable] code"), "DTM+329:80XX03'")
			require.Contains(t, p.Text("tr[data-code=segment_unknown] code"), "ZZZ+1'")
			require.NotContains(t, p.Text("main"), "All of it was used", "a date of it could not be read")
			require.Regexp(t, `segment 1\d, byte|المقطع`, p.Text("tr[data-code=date_unreadable]"))
			p.Screenshot("carrier-message-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()

			d.choose(t, p, half)
			p.WaitFor(".message.warning #receipt")
			p.Screenshot("carrier-duplicate-" + language)
			d.choose(t, p, d.list("XX", "123", "WEBER", "800203"))
			p.WaitFor(".message.success #receipt")

			d.Clock.Pass(48 * time.Hour)
			_, err := d.score.Look(t.Context())
			require.NoError(t, err)
			d.SignIn(p, carla) // another day
			p.Goto(d.URL + "/carrier/flights")
			p.WaitFor("tr[data-flight]")
			p.Screenshot("carrier-home-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.TabTo("tr[data-flight] a")
			p.Press("Enter")
			p.WaitFor("tr[data-push='pnr-48']")
			p.Screenshot("carrier-card-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			require.NotContains(t, d.Logs.String(), "WEBER")
		})
	}
}

// choose chooses a file on the page, as a person does.
func (d *portal) choose(t testing.TB, p *browsertest.Page, content string) {
	t.Helper()
	p.Goto(d.URL + "/carrier/messages")
	file := filepath.Join(t.TempDir(), "corrected.edi")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	p.Do(chromedp.SetUploadFiles("#file", []string{file}))
	p.TabTo("#send ~ div button")
	p.Press("Enter")
}

// What another carrier sent is not found, whatever is asked for: messages, flights, its board. It is the same answer as for what is nowhere.
func TestNothingOfAnotherCarrier(t *testing.T) {
	d := open(t)
	theirs := d.sent(t, "YY", d.list("YY", "777", "OTHERNAME", "800203"))
	theirBad := d.sent(t, "YY", d.broken())
	d.sent(t, "XX", d.list("XX", "123", "WEBER", "800203"))
	d.Clock.Pass(48 * time.Hour)
	_, err := d.score.Look(t.Context())
	require.NoError(t, err)
	from, to := d.Clock.Now().Add(-100*time.Hour), d.Clock.Now().Add(100*time.Hour)
	flights, err := d.score.Flights(t.Context(), "YY", from, to, scoredb.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, flights, 1)
	own, err := d.score.Flights(t.Context(), "XX", from, to, scoredb.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, own, 1)

	client := d.SignedIn(t, d.of(t, "XX", "carla"))
	number := regexp.MustCompile(`<bdi class="mono">[^<]*</bdi>|nonce="[^"]*"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`) // of the request, and what was asked for
	answer := func(path string) string {
		r := d.Get(t, client, path)
		require.Equal(t, http.StatusNotFound, r.Status, path)
		return number.ReplaceAllString(r.Body, "")
	}
	require.Equal(t, answer("/carrier/messages/"+uuid.NewString()), answer("/carrier/messages/"+theirs.String()))
	require.Equal(t, answer("/carrier/messages/"+uuid.NewString()), answer("/carrier/messages/"+theirBad.String()))
	require.Equal(t, answer("/carrier/flights/"+uuid.NewString()), answer("/carrier/flights/"+flights[0].Flight.String()))
	answer("/carrier/flights?after=" + flights[0].Flight.String())
	for _, path := range []string{"/score", "/score/XX", "/score/YY", "/score/YY/" + flights[0].Flight.String()} {
		require.Equal(t, http.StatusForbidden, d.Get(t, client, path).Status, path)
	}
	for _, path := range []string{
		"/carrier/flights", "/carrier/flights?carrier=YY", "/carrier/messages?carrier=YY", "/carrier/messages?show=quarantined", "/carrier/flights/" + own[0].Flight.String(),
	} {
		page := d.Get(t, client, path)
		require.Equal(t, http.StatusOK, page.Status, path)
		shown := strings.ReplaceAll(page.Body, "carrier=YY", "") // of the address that was asked for
		for _, foreign := range []string{"YY", "0777", "OTHERNAME", theirs.String(), theirBad.String()} {
			require.NotContains(t, shown, foreign, path)
		}
	}
	// The same bytes as another carrier's are no duplicate: that would tell that they came.
	status, body := d.upload(t, client, "copy.edi", d.list("YY", "777", "OTHERNAME", "800203"))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "Received and stored")
	require.NotContains(t, body, "received before")
}

// An account without a carrier, or with an agency that is none, sees nothing and is told so.
func TestWhoBelongsToNoCarrierSeesNothing(t *testing.T) {
	d := open(t)
	raw := d.sent(t, "XX", d.list("XX", "123", "WEBER", "800203"))
	for n, agency := range []string{"", "National Police", "xx", "X'"} {
		client := d.SignedIn(t, d.of(t, agency, fmt.Sprintf("nobody%d", n)))
		for _, path := range []string{"/carrier/flights", "/carrier/messages", "/carrier/messages/" + raw.String(), "/carrier/flights/" + uuid.NewString()} {
			page := d.Get(t, client, path)
			require.Equal(t, http.StatusForbidden, page.Status, path)
			require.Contains(t, page.Body, "belongs to no carrier")
			require.NotContains(t, page.Body, "XX0123")
		}
		status, _ := d.upload(t, client, "list.edi", d.list("XX", "9", "WEBER", "800203"))
		require.Equal(t, http.StatusForbidden, status)
	}
	var kept int
	require.NoError(t, d.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM passenger_raw`).Scan(&kept))
	require.Equal(t, 1, kept)
}

// What is sent goes the door's way: what the law forbids to keep is overwritten first, and the receipt's digest is that of the file. Each look
// into a message, and each sending, stands in the audit log.
func TestSendingGoesThroughTheDoorAndIsAudited(t *testing.T) {
	d := open(t)
	client := d.SignedIn(t, d.of(t, "XX", "carla"))
	body := d.list("XX", "123", "WEBER", "80XX03")
	digest := sha256.Sum256([]byte(body))
	status, page := d.upload(t, client, `C:\lists\list.edi`, body)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, hex.EncodeToString(digest[:]))
	list, err := d.store.Messages(t.Context(), passengerdb.MessageFilter{Carrier: "XX"})
	require.NoError(t, err)
	require.Len(t, list.Rows, 1)
	require.Equal(t, apipnr.GatewayPage, list.Rows[0].Gateway)
	require.Equal(t, "page/list.edi", list.Rows[0].Subject)
	require.Equal(t, http.StatusOK, d.Get(t, client, "/carrier/messages/"+list.Rows[0].ID.String()).Status)
	for verb, want := range map[string]int{"collection": 1, "consultation": 2} { // the readings, and the segments
		var n int
		require.NoError(t, d.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE purpose = $1 AND verb = $2`, carrierportal.Purpose, verb).Scan(&n))
		require.Equal(t, want, n, verb)
	}
	status, page = d.upload(t, client, "", "")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, "Choose one file")
	status, _ = d.upload(t, client, "empty.edi", "")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	status, page = d.upload(t, client, "large.edi", strings.Repeat("x", 16<<20+1))
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, page, "16 MB")
	for path, status := range map[string]int{
		"/carrier/flights?from=x": 422, "/carrier/flights?from=2026-11-02&to=2026-11-01": 422, "/carrier/flights?from=2020-01-01&to=2026-01-01": 422, "/carrier/flights?after=x": 404,
		"/carrier/messages?show=x": 422, "/carrier/messages?after=x": 422, "/carrier/messages/x": 404, "/carrier/flights/x": 404,
		"/carrier/flights?from=2026-11-01&to=2026-11-02": 200,
	} {
		require.Equal(t, status, d.Get(t, client, path).Status, path)
	}
}

// The State's board shows every carrier with points, trend, what is missing and late, and names nobody.
func TestTheBoardOfCarriers(t *testing.T) {
	for _, language := range []string{"en", "ar"} {
		t.Run(language, func(t *testing.T) {
			d := open(t)
			d.sent(t, "XX", d.list("XX", "123", "WEBER", "800203"))
			d.Clock.Pass(10 * 24 * time.Hour)
			_, err := d.score.Look(t.Context())
			require.NoError(t, err)
			d.sent(t, "XX", d.list("XX", "124", "WEBER", "800203"))
			d.sent(t, "YY", d.list("YY", "777", "OTHERNAME", "800203"))
			d.sent(t, "YY", d.broken())
			d.Clock.Pass(24 * time.Hour)
			_, err = d.score.Look(t.Context())
			require.NoError(t, err)
			p := browsertest.Open(t, language)
			p.Size(1366, 768)
			d.SignIn(p, d.Person(t, auth.RoleAnalyst, "ana", language))
			p.Goto(d.URL + "/score")
			p.WaitFor("tr[data-carrier=YY]")
			require.Equal(t, "XX", p.Text("tr[data-carrier=XX] a"))
			require.NotContains(t, p.Text("tr[data-carrier=XX]"), "–", "points and a trend")
			require.NotContains(t, p.Text("main"), "WEBER")
			p.Screenshot("score-board-" + language)
			p.CheckAccessible()
			p.CheckNoSidewaysScroll()
			p.TabTo("tr[data-carrier=YY] a")
			p.Press("Enter")
			p.WaitFor("tr[data-flight]")
			p.Screenshot("score-carrier-" + language)
			p.CheckAccessible()
			p.TabTo("tr[data-flight] a")
			p.Press("Enter")
			p.WaitFor("tr[data-push='api-close']")
			p.CheckAccessible()
			require.NotContains(t, p.Text("main"), "OTHERNAME")
		})
	}
}

// Every code that a reader gives, and every state, has words in every language.
func TestEveryCodeHasWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	codes := map[string]bool{}
	declared := regexp.MustCompile(`\bCode[A-Za-z]*\s+= "([a-z_]+)"`)
	for _, folder := range []string{"", "edifact", "paxlst", "pnrgov", "cusres", "message", "intake", "intake/manifest"} {
		files, err := filepath.Glob(filepath.Join("../../api_pnr", folder, "*.go"))
		require.NoError(t, err)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range declared.FindAllSubmatch(source, -1) {
				codes[string(m[1])] = true
			}
		}
	}
	require.Greater(t, len(codes), 25)
	for _, language := range text.Languages() {
		p := texts.Printer(language)
		for code := range codes {
			require.True(t, p.Has(text.Key("carrierportal.code."+code)), "%s: %s", language, code)
		}
		for _, state := range intake.States() {
			require.True(t, p.Has(text.Key("carrierportal.state_lead."+string(state))), "%s: %s", language, state)
			require.True(t, p.Has(text.Key("passengers.message_states."+string(state))), "%s: %s", language, state)
		}
		for _, field := range score.Fields() {
			require.True(t, p.Has(text.Key("carrierportal.field."+field)), "%s: %s", language, field)
		}
		for _, state := range []score.State{score.OnTime, score.Late, score.Missing, score.Incomplete, score.NotDue, score.NotKnown} {
			require.True(t, p.Has(text.Key("carrierportal.push."+string(state))), "%s: %s", language, state)
		}
	}
}

// A period that is none is told where it is asked for, and what was typed stays; the State's page does not speak to the carrier.
func TestAPeriodThatIsNone(t *testing.T) {
	d := open(t)
	carla := d.SignedIn(t, d.of(t, "XX", "carla", "en"))
	state := d.SignedIn(t, d.Person(t, auth.RoleAnalyst, "ana", "en"))
	for path, client := range map[string]*http.Client{"/carrier/flights": carla, "/score": state, "/score/XX": state} {
		r := d.Get(t, client, path+"?from=2026-12-05&to=2026-01-01")
		require.Equal(t, http.StatusUnprocessableEntity, r.Status, path)
		require.Contains(t, r.Body, "The period begins before it ends", path)
		require.Contains(t, r.Body, `name="from" required value="2026-12-05"`, path)
		require.Contains(t, r.Body, `name="to" required value="2026-01-01"`, path)
	}
	require.Contains(t, d.Get(t, carla, "/carrier/flights").Body, "What you sent")
	require.NotContains(t, d.Get(t, state, "/score/XX").Body, "What you sent")
}
