package visaportal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/evisa/passport"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/evisa/photo"
	"github.com/openbmis/openbmis/evisa/upload"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/paydb"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
	"github.com/openbmis/openbmis/ui/assets"
	"github.com/openbmis/openbmis/ui/text"
	"github.com/openbmis/openbmis/ui/visaportal"
	"github.com/openbmis/openbmis/ui/web"
	"github.com/openbmis/openbmis/ui/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// clock stands still until told.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is the portal with everything real below: its role on a real database, the payment provider's simulator, and the centre's side.
type world struct {
	*web.Server
	clock    *clock
	db       *postgres.DB // the centre's
	portalDB *postgres.DB
	service  *apply.Service
	centre   *portaldb.Centre
	fees     *pay.Service
	provider *simulator.Server
	logs     *webtest.Logs
	url, pay string
	own      *vault.PrivateKey // the portal's
	client   *http.Client
}

// change alters the service's options before it is made.
type change func(*apply.Options)

func patient(o *apply.Options) { // tests come from one address
	o.Limits = apply.DefaultLimits()
	o.Limits.Begin.Free, o.Limits.Source.Free, o.Limits.Links.Free = 1<<30, 1<<30, 1<<30
}

func open(t testing.TB, with ...change) *world {
	t.Helper()
	return openWith(t, func(*visaportal.Options) {}, with...)
}

// openWith alters the pages' options too.
func openWith(t testing.TB, pages func(*visaportal.Options), with ...change) *world {
	t.Helper()
	w := &world{clock: &clock{at: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}, logs: &webtest.Logs{}}
	w.db = pgtest.New(t, migrations.Central)
	w.portalDB = pgtest.Portal(t, w.db)
	door := httptest.NewUnstartedServer(http.NotFoundHandler())
	door.EnableHTTP2 = true
	door.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	door.StartTLS()
	t.Cleanup(door.Close)
	w.url, w.client = door.URL, door.Client()
	orders := w.payments(t)
	w.apply(t, orders, with)
	w.serve(t, door, pages)
	return w
}

// payments are the fees with the provider's simulator.
func (w *world) payments(t testing.TB) *paydb.Store {
	t.Helper()
	key := bytes.Repeat([]byte{9}, 32)
	desk := httptest.NewUnstartedServer(nil)
	desk.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	desk.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(desk.Certificate())
	var err error
	w.provider, err = simulator.New(simulator.Options{URL: desk.URL, Key: key, ID: uuid.New, Now: w.clock.Now, Log: w.logs.Logger(), HTTP: w.client})
	require.NoError(t, err)
	desk.Config.Handler = w.provider
	t.Cleanup(func() { w.provider.Close(); desk.Close() })
	w.pay = desk.URL
	client, err := payhttp.New(payhttp.Options{URL: desk.URL, Key: key, Roots: roots, Now: w.clock.Now})
	require.NoError(t, err)
	var portal *portaldb.Store
	store := paydb.New(w.portalDB, paydb.Options{ID: uuid.New, Now: w.clock.Now, Told: func(ctx context.Context, tx pgx.Tx, order pay.Order, paid evisa.Paid) error {
		return portal.Paid(ctx, tx, order, paid)
	}})
	portal = w.store(store)
	w.fees = pay.NewService(store, client, pay.Options{
		Return: w.url + visaportal.ReturnPath, Notify: w.url + visaportal.NotifyPath, Now: w.clock.Now, Log: w.logs.Logger(),
	})
	return store
}

func (w *world) store(orders *paydb.Store) *portaldb.Store {
	return portaldb.New(w.portalDB, portaldb.Options{Now: w.clock.Now, Random: rand.Reader, NewID: uuid.New, Order: orders.Order})
}

func (w *world) apply(t testing.TB, orders *paydb.Store, with []change) {
	t.Helper()
	keys, err := vault.OpenFiles(t.TempDir(), rand.Reader, w.clock.Now)
	require.NoError(t, err)
	key := func(name string) *vault.PrivateKey {
		k, err := vault.OpenPrivateKey(filepath.Join(t.TempDir(), name), rand.Reader)
		require.NoError(t, err)
		return k
	}
	w.centre = portaldb.NewCentre(portaldb.CentreConfig{
		DB: w.db, Wrapping: keys, KeyAge: 30 * 24 * time.Hour, Backups: 35 * 24 * time.Hour, Now: w.clock.Now, Random: rand.Reader, NewID: uuid.New, Log: w.logs.Logger(),
	})
	require.NoError(t, w.centre.Announce(t.Context()))
	judge, err := photo.New()
	require.NoError(t, err)
	w.own = key("portal")
	options := apply.Options{
		Store: w.store(orders), Policy: evisa.DefaultPolicy("UTO"), Keys: keys, Own: w.own, Files: upload.NewTaker(uuid.New, 2),
		Judge: judge, Pages: passport.NewReader(2), Payments: true, URL: w.url, Log: w.logs.Logger(), Now: w.clock.Now, Random: rand.Reader, NewID: uuid.New,
	}
	patient(&options)
	for _, one := range with {
		one(&options)
	}
	w.service, err = apply.New(options)
	require.NoError(t, err)
	require.NoError(t, w.service.Prepare(t.Context()))
}

func (w *world) serve(t testing.TB, door *httptest.Server, pages func(*visaportal.Options)) {
	t.Helper()
	texts, err := text.Load()
	require.NoError(t, err)
	files, err := assets.New()
	require.NoError(t, err)
	w.Server, err = web.NewServer(web.Options{
		Sessions: visaportal.Nobody{}, Texts: texts, Assets: files, Log: w.logs.Logger(), Now: w.clock.Now, Random: rand.Reader, NewID: uuid.New,
		Program: text.VisaportalService, Post: "portal", Fault: visaportal.Fault,
	})
	require.NoError(t, err)
	o := visaportal.Options{Service: w.service, Fees: w.fees, Provider: visaportal.Provider{Name: "Test Pay", Origin: w.pay, Simulated: true}}
	pages(&o)
	visaportal.Register(w.Server, o)
	handler, err := w.Handler()
	require.NoError(t, err)
	door.Config.Handler = handler
}

// rules makes the centre tell the portal its rules of entry.
func (w *world) rules(t testing.TB, book evisa.RuleBook) {
	t.Helper()
	require.NoError(t, book.Check())
	data, err := json.Marshal(book)
	require.NoError(t, err)
	_, err = w.db.Pool.Exec(t.Context(), `INSERT INTO portal.rules (version, body, at) VALUES ($1, $2, $3)`, book.Version, data, w.clock.Now())
	require.NoError(t, err)
}

// letters are those that wait in the outbox, opened as the portal opens them.
func (w *world) letters(t testing.TB) (all []apply.Letter) {
	t.Helper()
	rows, err := w.portalDB.Pool.Query(t.Context(), `SELECT id, key_id, envelope, sealed FROM portal.mail ORDER BY at DESC`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, keyID uuid.UUID
		var envelope, sealed []byte
		require.NoError(t, rows.Scan(&id, &keyID, &envelope, &sealed))
		key, err := w.own.Open(keyID, envelope)
		require.NoError(t, err)
		plain, err := key.Open(apply.Place(apply.PlaceMail, id), sealed)
		require.NoError(t, err)
		var letter apply.Letter
		require.NoError(t, json.Unmarshal(plain, &letter))
		all = append(all, letter)
	}
	require.NoError(t, rows.Err())
	return all
}

// visitor is one browser without a browser: it keeps cookies, follows no redirects, and holds every page to the rules of markup.
type visitor struct {
	t    testing.TB
	w    *world
	http *http.Client
	tag  string // the language it asks for
}

func (w *world) visitor(t testing.TB, language string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := *w.client
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{t: t, w: w, http: &client, tag: language}
}

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) to() string { return a.header.Get("Location") }

func (v *visitor) get(path string) answer {
	v.t.Helper()
	return v.send(http.MethodGet, path, "", nil)
}

func (v *visitor) post(path string, form url.Values) answer {
	v.t.Helper()
	return v.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (v *visitor) send(method, path, kind string, body io.Reader) answer {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), method, v.w.url+path, body)
	require.NoError(v.t, err)
	request.Header.Set("Accept-Language", v.tag)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Origin", v.w.url)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := v.http.Do(request)
	require.NoError(v.t, err)
	defer func() { require.NoError(v.t, response.Body.Close()) }()
	read, err := io.ReadAll(response.Body)
	require.NoError(v.t, err)
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		webtest.CheckMarkup(v.t, string(read), response.Header.Get("Content-Security-Policy"))
		require.NotContains(v.t, string(read), "⟦", "a text is missing on %s", path)
	}
	return answer{response.StatusCode, response.Header, string(read)}
}

// upload posts a form with files.
func (v *visitor) upload(path string, form map[string]string, files ...[]byte) answer {
	v.t.Helper()
	return v.uploadAs(path, "file", form, files...)
}

// uploadAs posts files under the name of a field.
func (v *visitor) uploadAs(path, field string, form map[string]string, files ...[]byte) answer {
	v.t.Helper()
	body, kind := multiform(v.t, field, form, files...)
	return v.send(http.MethodPost, path, kind, bytes.NewReader(body))
}

func multiform(t testing.TB, field string, form map[string]string, files ...[]byte) (body []byte, kind string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, value := range form {
		require.NoError(t, w.WriteField(name, value))
	}
	for _, data := range files {
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="` + field + `"; filename="../../etc/passwd<script>"`}, "Content-Type": {"image/jpeg"},
		})
		require.NoError(t, err)
		_, err = part.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes(), w.FormDataContentType()
}

// cookies are those that the visitor would send.
func (v *visitor) cookies() string {
	v.t.Helper()
	at, err := url.Parse(v.w.url)
	require.NoError(v.t, err)
	var all []string
	for _, c := range v.http.Jar.Cookies(at) {
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// hiddenValue is the value of a form's hidden field.
func hiddenValue(t testing.TB, body, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `name="`+name+`" value="`)
	require.True(t, found, "no field %s in\n%s", name, body)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// portrait is a drawn face as a telephone gives it.
func portrait(t testing.TB, seed uint64) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, page.Face{Seed: seed, Sex: "F"}.Portrait(720), nil))
	return out.Bytes()
}

// dataPage is the data page of a genuine passport as a scanner gives it; it is drawn once, for it takes long.
var dataPage = sync.OnceValues(func() ([]byte, error) { //nolint:gochecknoglobals // drawn once for all tests
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)))
	if err != nil {
		return nil, err
	}
	c, err := specimen.CaseNamed("genuine")
	if err != nil {
		return nil, err
	}
	built, err := c.Build(country, specimen.Options{DPI: 200})
	if err != nil {
		return nil, err
	}
	for _, m := range built.Reading.Images {
		if m.Light == reader.White {
			return m.Data, nil
		}
	}
	return nil, os.ErrNotExist
})
