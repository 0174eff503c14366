package portal

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/cmd/internal/node"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/apply"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/portaldb"
	"github.com/openbmis/openbmis/internal/problem"
	"github.com/openbmis/openbmis/internal/vault"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/ui/text"
)

// world is a portal that runs as its program runs it.
type world struct {
	cfg   config.Portal
	tools Tools
	url   string
	http  *http.Client
	stop  func() error
}

func start(t *testing.T, change func(*config.Portal)) *world {
	t.Helper()
	db := pgtest.New(t, migrations.Central)
	dir := t.TempDir()
	keys, err := vault.OpenFiles(filepath.Join(dir, "centre"), rand.Reader, time.Now)
	require.NoError(t, err)
	tools := node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}
	centre := portaldb.NewCentre(portaldb.CentreConfig{DB: db, Wrapping: keys, KeyAge: time.Hour, Backups: time.Hour, Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: tools.Log})
	require.NoError(t, centre.Announce(t.Context()))
	w := &world{tools: Tools{Tools: tools}, cfg: config.Portal{
		DataDir: dir, DSN: pgtest.PortalDSN(t, db), Listen: "127.0.0.1:0", URL: "https://visa.example.org", State: "UTO",
		MailFrom: "Visa Office <visa@example.org>", MailFolder: filepath.Join(dir, "letters"),
	}}
	pool := w.certificate(t, dir)
	if change != nil {
		change(&w.cfg)
	}
	w.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}}}
	t.Cleanup(w.http.CloseIdleConnections)
	w.run(t)
	return w
}

func (w *world) run(t *testing.T) {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	answers, ended := make(chan Addresses, 1), make(chan error, 1)
	go func() { ended <- Run(ctx, w.cfg, w.tools, func(a Addresses) { answers <- a }) }()
	select {
	case a := <-answers:
		w.url = "https://" + a.HTTPS
	case err := <-ended:
		require.NoError(t, err)
	}
	over := false
	w.stop = func() error {
		if over {
			return nil
		}
		over = true
		end()
		return <-ended
	}
	t.Cleanup(func() { require.NoError(t, w.stop()) })
}

func (w *world) certificate(t *testing.T, dir string) *x509.CertPool {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	w.cfg.CertFile, w.cfg.KeyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{w.cfg.CertFile: {Type: "CERTIFICATE", Bytes: der}, w.cfg.KeyFile: {Type: "PRIVATE KEY", Bytes: secret}} {
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	}
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(made)
	return pool
}

func (w *world) get(t *testing.T, path string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	require.NoError(t, err)
	answer, err := w.http.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer
}

// Nothing of the centre's is reachable at the portal: of the centre's routes it has those alone that every server of ours has.
func TestNothingOfTheCentresIsReachable(t *testing.T) {
	w := start(t, nil)
	require.Equal(t, http.StatusNoContent, w.get(t, "/healthz").StatusCode)
	front := w.get(t, "/")
	require.Equal(t, http.StatusOK, front.StatusCode)
	require.Contains(t, front.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.NotEmpty(t, front.Header.Get("Strict-Transport-Security"))

	a := &app{cfg: w.cfg, tools: w.tools}
	require.NoError(t, a.open(t.Context()))
	defer a.db.Close()
	server, err := a.web()
	require.NoError(t, err)
	own := map[string]bool{}
	for _, r := range server.Routes() {
		require.True(t, r.Public, "%s: everybody may ask the portal, or nobody", r.Path)
		own[r.Method+" "+r.Path] = true
	}
	golden, err := os.ReadFile("../central/testdata/matrix.txt")
	require.NoError(t, err)
	routes := regexp.MustCompile(`(?m)^(GET|POST|PUT|DELETE) +(/[^ ]*)`).FindAllStringSubmatch(string(golden), -1)
	require.Greater(t, len(routes), 100)
	common, asked := []string{}, 0
	for _, r := range routes {
		if own[r[1]+" "+r[2]] {
			common = append(common, r[1]+" "+r[2])
			continue
		}
		if r[1] != http.MethodGet {
			continue
		}
		asked++
		path := regexp.MustCompile(`:[a-z_]+`).ReplaceAllString(r[2], uuid.NewString())
		require.Equal(t, http.StatusNotFound, w.get(t, path).StatusCode, path)
	}
	require.Subset(t, []string{"GET /", "GET /healthz", "POST /language", "GET /static/:file"}, common)
	require.Greater(t, asked, 50)
}

func TestThePortalDoesNotRunWithAnotherRole(t *testing.T) {
	w := &world{tools: Tools{Tools: node.Tools{Now: time.Now, Random: rand.Reader, NewID: uuid.New, Log: slog.New(slog.DiscardHandler)}}}
	db := pgtest.New(t, migrations.Central)
	w.cfg = config.Portal{DataDir: t.TempDir(), DSN: pgtest.DSN(t, db), Listen: "127.0.0.1:0", URL: "https://x", State: "UTO"}
	require.ErrorContains(t, Run(t.Context(), w.cfg, w.tools, nil), "BMIS_PORTAL_DSN is the role bmis_portal")
}

// What a restart finds is what was there: keys, drafts, and letters that wait.
func TestARestartKeepsWhatWasBegun(t *testing.T) {
	w := start(t, nil)
	a := &app{cfg: w.cfg, tools: w.tools}
	require.NoError(t, a.open(t.Context()))
	defer a.db.Close()
	token, _, err := a.service.Begin(t.Context(), "192.0.2.1", "fr")
	require.NoError(t, err)
	require.NoError(t, w.stop())
	_, err = a.service.MailLink(t.Context(), token, "192.0.2.1", apply.Form{"email": {"anne@example.org"}})
	require.NoError(t, err)
	w.run(t)
	var letters []string
	require.Eventually(t, func() bool {
		letters, err = filepath.Glob(filepath.Join(w.cfg.MailFolder, "*.eml"))
		return err == nil && len(letters) == 1
	}, time.Minute, 20*time.Millisecond, "the letter goes when the portal is back")
	require.NoError(t, w.stop())
	again := &app{cfg: w.cfg, tools: w.tools}
	require.NoError(t, again.open(t.Context()))
	defer again.db.Close()
	d, err := again.service.Open(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, "fr", d.Language)
}

func TestACertificateThatIsRenewedIsShown(t *testing.T) {
	dir := t.TempDir()
	w := &world{}
	w.certificate(t, dir)
	source := &fileCertificate{cert: w.cfg.CertFile, key: w.cfg.KeyFile}
	first, err := source.get(nil)
	require.NoError(t, err)
	w.certificate(t, dir)
	require.NoError(t, os.Chtimes(w.cfg.CertFile, time.Now(), time.Now().Add(time.Minute)))
	second, err := source.get(nil)
	require.NoError(t, err)
	require.NotEqual(t, first.Certificate[0], second.Certificate[0])
	require.NoError(t, os.WriteFile(w.cfg.CertFile, []byte("half"), 0o600))
	held, err := source.get(nil)
	require.NoError(t, err)
	require.Equal(t, second, held, "one that cannot be read takes nobody's place")
}

// Letters in every language: the subject names nobody and nothing, links are whole, nothing is missing.
func TestLettersInEveryLanguage(t *testing.T) {
	w, err := loadWords("https://visa.example.org")
	require.NoError(t, err)
	link := "https://visa.example.org/resume/" + strings.Repeat("x", 43)
	seen := map[string]bool{}
	for _, language := range apply.Languages() {
		for _, l := range []apply.Letter{
			{Kind: apply.LetterResume, Link: link, Hours: 24}, {Kind: apply.LetterSent, All: []evisa.Reference{"7KXR4MTQC", "8KXR4MTQC"}},
			{Kind: apply.LetterNews, Reference: "7KXR4MTQC"},
		} {
			l.Language, l.To = language, "anne@example.org"
			subject, body := w.write(l)
			require.False(t, seen[subject], "a translation of its own")
			seen[subject] = true
			require.NotContains(t, subject+body, "⟦")
			require.NotContains(t, subject+body, "{{")
			require.NotContains(t, subject, "7KX")
			require.NotContains(t, subject+body, "anne")
			require.NotContains(t, subject, "http")
			if l.Kind == apply.LetterResume {
				require.Contains(t, body, "\n"+link+"\n", "alone on its line")
				require.Contains(t, body, "24")
			} else {
				require.Contains(t, body, "7KX-R4M-TQC")
				require.Contains(t, body, "\nhttps://visa.example.org/status\n")
			}
		}
	}
}

// Every code that the service's validation gives has words, in every language.
func TestEveryProblemOfTheServiceHasWords(t *testing.T) {
	texts, err := text.Load()
	require.NoError(t, err)
	files, err := filepath.Glob("../../../evisa/apply/*.go")
	require.NoError(t, err)
	codes := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?:bad\(|say\([A-Za-z]+, )"([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			codes[m[1]] = true
		}
	}
	require.Greater(t, len(codes), 30)
	for _, l := range text.Languages() {
		for code := range codes {
			require.True(t, texts.Printer(l).Has(text.Key("problem.apply."+code)), "%s in %s", code, l)
		}
	}
	require.NotContains(t, texts.Printer(text.Arabic).Problem(problem.New(problem.Invalid, "apply.required")), "⟦")
}
