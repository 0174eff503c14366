package simulator_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/pay"
	"github.com/openbmis/openbmis/internal/browsertest"
	"github.com/openbmis/openbmis/internal/payhttp"
	"github.com/openbmis/openbmis/internal/payhttp/simulator"
)

var key = []byte("a key of the tests alone, 32 bytes and more")

// open gives a simulator, a client of it, and its address. The way back is to a page of its own.
func open(t *testing.T) (*simulator.Server, *payhttp.Client, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	s, err := simulator.New(simulator.Options{URL: address, Key: key, ID: uuid.New, Now: time.Now, Log: slog.New(slog.DiscardHandler), Again: time.Hour})
	require.NoError(t, err)
	server.Config.Handler = s
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(s.Close)
	c, err := payhttp.New(payhttp.Options{URL: address, Key: key, Now: time.Now})
	require.NoError(t, err)
	return s, c, address
}

func order(t *testing.T, c *payhttp.Client, language string) pay.Page {
	t.Helper()
	back := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Back</title><h1 id="back">Back</h1></html>`)
	}))
	t.Cleanup(back.Close)
	page, err := c.Create(t.Context(), pay.Wanted{
		Key: uuid.New(), Amount: evisa.Money{Minor: 7000, Currency: "EUR"}, Language: language, Return: back.URL, Notify: back.URL, Until: time.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	return page
}

func get(t *testing.T, address string) (string, *http.Response) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(body), response
}

// Every page says that it is a simulator, in the language of the order.
func TestPagesSayWhatTheyAre(t *testing.T) {
	_, c, address := open(t)
	for language, says := range map[string]string{"en": "SIMULATOR", "fr": "SIMULATEUR", "es": "SIMULADOR", "ar": "محاكاة"} {
		for _, page := range []string{order(t, c, language).URL, address + "/?lang=" + language, address + "/pay/none?lang=" + language} {
			body, response := get(t, page)
			require.Contains(t, body, says, page)
			require.Contains(t, body, `lang="`+language+`"`)
			require.Equal(t, language == "ar", strings.Contains(body, `dir="rtl"`))
			require.Equal(t, "yes", response.Header.Get("X-Simulator"))
			require.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'")
		}
	}
}

// What is not signed is refused; the same key gives the same order, and none of another amount.
func TestOrders(t *testing.T) {
	s, c, address := open(t)
	want := pay.Wanted{Key: uuid.New(), Amount: evisa.Money{Minor: 1, Currency: "EUR"}, Return: address, Notify: address, Until: time.Now().Add(time.Hour)}
	first, err := c.Create(t.Context(), want)
	require.NoError(t, err)
	second, err := c.Create(t.Context(), want)
	require.NoError(t, err)
	require.Equal(t, first, second)
	want.Amount.Minor = 2
	_, err = c.Create(t.Context(), want)
	require.ErrorContains(t, err, payhttp.CodeConflict)
	want.Key, want.Return = uuid.New(), "javascript:alert(1)"
	_, err = c.Create(t.Context(), want)
	require.ErrorContains(t, err, payhttp.CodeInvalid)
	_, err = c.Ask(t.Context(), "ord_none")
	require.ErrorIs(t, err, pay.ErrUnknown)
	_, err = c.Refund(t.Context(), pay.Back{Key: uuid.New(), Order: first.Ref, Payment: "none", Amount: want.Amount})
	require.ErrorIs(t, err, pay.ErrRefused)
	_, response := get(t, address+payhttp.OrdersPath+"/"+first.Ref)
	require.Equal(t, http.StatusForbidden, response.StatusCode)
	other, err := payhttp.New(payhttp.Options{URL: address, Key: []byte(strings.Repeat("other", 8)), Now: time.Now})
	require.NoError(t, err)
	_, err = other.Ask(t.Context(), first.Ref)
	require.ErrorIs(t, err, payhttp.ErrSignature)
	require.Len(t, s.Orders(), 1)
}

func TestKnobs(t *testing.T) {
	s, _, address := open(t)
	form := url.Values{"twice": {"on"}, "delay": {"2s"}, "amount": {"-5"}, "currency": {"XOF"}, "deny": {"on"}}
	post := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/control", strings.NewReader(form.Encode()))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	require.Equal(t, http.StatusOK, post())
	require.Equal(t, simulator.Knobs{Twice: true, Delay: 2 * time.Second, Amount: -5, Currency: "XOF", Deny: true}, s.Knobs())
	form.Set("delay", "1h")
	require.Equal(t, http.StatusBadRequest, post())
	form.Set("delay", "<script>")
	require.Equal(t, http.StatusBadRequest, post())
}

func TestMain(m *testing.M) { os.Exit(browsertest.Main(m)) }

// In a browser, on a phone, in Arabic: one key pays, and the browser is led back under the page's own policy.
func TestPayingInABrowser(t *testing.T) {
	s, c, address := open(t)
	page := order(t, c, "ar")
	p := browsertest.Open(t, "ar")
	p.Size(390, 844)
	p.Goto(page.URL)
	p.CheckAccessible()
	p.Screenshot("pay-simulator-ar")
	p.Press("Enter")
	p.WaitFor("#back")
	_, payments := s.Charged(page.Ref)
	require.Equal(t, 1, payments)
	p.Goto(page.URL)
	p.CheckAccessible()
	p.Goto(address + "/")
	p.CheckAccessible()
	p.Screenshot("pay-simulator-board")
}
