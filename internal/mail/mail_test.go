package mail_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/mail"
)

const from = "Visa Office <visa@example.org>"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func letter(text string) mail.Message {
	return mail.Message{ID: uuid.New(), To: "anne@example.net", Subject: "طلبك", Text: text, Language: "ar", At: noon}
}

// post is a real mail server that keeps what it takes.
type post struct {
	mu     sync.Mutex
	taken  []string
	to     []string
	answer []error // of the next letters; then all are taken
	user   string
	roots  *x509.CertPool
	addr   string
}

// open starts the server, with TLS from the first byte or with STARTTLS.
func open(t *testing.T, implicit bool) *post {
	t.Helper()
	p := &post{roots: x509.NewCertPool()}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{post: p}, nil }))
	s.Domain, s.TLSConfig = "localhost", p.certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p.addr = "localhost:" + strings.TrimPrefix(l.Addr().String(), "127.0.0.1:")
	if implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		<-served
	})
	return p
}

func (p *post) certificate(t *testing.T) *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	p.roots.AddCert(made)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
}

type session struct {
	post *post
	to   string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "secret" {
			return errors.New("no")
		}
		s.post.user = user
		return nil
	}), nil
}
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.post.mu.Lock()
	defer s.post.mu.Unlock()
	if len(s.post.answer) > 0 {
		err, s.post.answer = s.post.answer[0], s.post.answer[1:]
		if err != nil {
			return err
		}
	}
	s.post.taken, s.post.to = append(s.post.taken, string(text)), append(s.post.to, s.to)
	return nil
}

func (p *post) letters() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.taken...)
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	for _, c := range []struct {
		name, scheme string
		implicit     bool
	}{{"starttls", "smtp", false}, {"tls", "smtps", true}} {
		t.Run(c.name, func(t *testing.T) {
			p := open(t, c.implicit)
			s, err := mail.NewSMTP(c.scheme+"://portal:secret@"+p.addr, from, p.roots)
			require.NoError(t, err)
			m := letter("مرحبا\nhttps://portal.test/resume/" + strings.Repeat("x", 43))
			require.NoError(t, s.Send(t.Context(), m))
			require.Equal(t, "portal", p.user)
			require.Equal(t, []string{"anne@example.net"}, p.to)
			got, err := netmail.ReadMessage(strings.NewReader(p.letters()[0]))
			require.NoError(t, err)
			require.Equal(t, "<"+m.ID.String()+"@example.org>", got.Header.Get("Message-Id"))
			subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
			require.NoError(t, err)
			require.Equal(t, m.Subject, subject)
			require.Equal(t, "ar", got.Header.Get("Content-Language"))
			require.Equal(t, "auto-generated", got.Header.Get("Auto-Submitted"))
			require.Contains(t, got.Header.Get("Content-Type"), "text/plain")
			body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
			require.NoError(t, err)
			require.Equal(t, m.Text, strings.TrimRight(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n"))
		})
	}
}

func TestNothingGoesInClearUnlessTheOperatorSaysSo(t *testing.T) {
	p := open(t, false)
	s, err := mail.NewSMTP("smtp://"+p.addr, from, x509.NewCertPool()) // believes nobody
	require.NoError(t, err)
	require.Error(t, s.Send(t.Context(), letter("x")))
	require.Empty(t, p.letters())
	off, err := mail.NewSMTP("smtp://"+p.addr+"?starttls=off", from, nil)
	require.NoError(t, err)
	require.NoError(t, off.Send(t.Context(), letter("x")))
	require.Len(t, p.letters(), 1)
}

func TestAHeaderIsNoPlaceForAStranger(t *testing.T) {
	p := open(t, false)
	s, err := mail.NewSMTP("smtp://"+p.addr, from, p.roots)
	require.NoError(t, err)
	m := letter("x")
	m.Subject = "hello\r\nBcc: victim@example.net\r\n\r\nbody"
	require.NoError(t, s.Send(t.Context(), m))
	got, err := netmail.ReadMessage(strings.NewReader(p.letters()[0]))
	require.NoError(t, err)
	require.Empty(t, got.Header.Get("Bcc"))
	m.To = "a@b.c\r\nRCPT TO:<victim@example.net>"
	require.ErrorIs(t, s.Send(t.Context(), m), mail.ErrRefused)
	require.Len(t, p.letters(), 1)
}

func TestWrongAddressesOfServersAreSaidAtOnce(t *testing.T) {
	for _, c := range []struct{ address, from, expected string }{
		{"http://mail", from, "expected smtp://HOST:PORT"},
		{"smtp://", from, "expected smtp://HOST:PORT"},
		{"smtp://mail?starttls=maybe", from, "starttls: expected off"},
		{"smtp://mail", "nobody", "expected an address"},
	} {
		_, err := mail.NewSMTP(c.address, c.from, nil)
		require.ErrorContains(t, err, c.expected)
	}
	_, err := mail.NewSMTP("smtp://u:hunter2@%zz", from, nil)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestAFolderTakesWholeLettersOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "letters")
	f, err := mail.NewFolder(dir, from)
	require.NoError(t, err)
	m := letter("مرحبا")
	for range 2 {
		require.NoError(t, f.Send(t.Context(), m))
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := files[0].Info()
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)
}

// box is an outbox in memory, for the worker's own rules; the real one is tested on the database.
type box struct {
	mu      sync.Mutex
	now     time.Time
	waiting []mail.Waiting
	next    map[uuid.UUID]time.Time
	done    map[uuid.UUID]bool
	idle    chan struct{}
}

func (b *box) Next(context.Context) (mail.Waiting, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.waiting {
		w := &b.waiting[i]
		if _, done := b.done[w.ID]; !done && !b.next[w.ID].After(b.now) {
			w.Tries++
			b.next[w.ID] = b.now.Add(time.Minute)
			return *w, true, nil
		}
	}
	return mail.Waiting{}, false, nil
}

func (b *box) Done(_ context.Context, id uuid.UUID, refused bool) error {
	b.done[id] = refused
	return nil
}

func (b *box) Later(_ context.Context, id uuid.UUID, until time.Time) error {
	b.next[id] = until
	return nil
}

func (b *box) Wait(ctx context.Context, _ time.Duration) error {
	select {
	case b.idle <- struct{}{}:
	case <-ctx.Done():
	}
	return ctx.Err()
}

func TestAServerThatIsBusyIsAskedAgainAndOneThatRefusesIsNot(t *testing.T) {
	p := open(t, false)
	p.answer = []error{
		&smtp.SMTPError{Code: 451, Message: "try anne@example.net later"}, &smtp.SMTPError{Code: 550, Message: "no anne@example.net here"},
	}
	s, err := mail.NewSMTP("smtp://"+p.addr, from, p.roots)
	require.NoError(t, err)
	busy, refused, good := letter("1"), letter("2"), letter("3")
	b := &box{now: noon, next: map[uuid.UUID]time.Time{}, done: map[uuid.UUID]bool{}}
	for _, m := range []mail.Message{busy, refused, good} {
		b.waiting = append(b.waiting, mail.Waiting{Message: m})
	}
	var log bytes.Buffer
	w := &mail.Worker{Outbox: b, Sender: s, Now: func() time.Time { return b.now }, Log: slog.New(slog.NewTextHandler(&log, nil))}
	require.NoError(t, w.Round(t.Context()))
	require.Equal(t, map[uuid.UUID]bool{refused.ID: true, good.ID: false}, b.done)
	require.Equal(t, noon.Add(time.Minute), b.next[busy.ID])
	require.NotContains(t, log.String(), "anne", "nothing of a person in the log, whatever a server says")
	b.now = noon.Add(time.Minute)
	require.NoError(t, w.Round(t.Context()))
	require.False(t, b.done[busy.ID])
	require.Len(t, b.done, 3)
	require.Len(t, p.letters(), 2)
}

func TestAServerThatIsAwayDelaysAndLosesNothing(t *testing.T) {
	s, err := mail.NewSMTP("smtp://localhost:1", from, nil)
	require.NoError(t, err)
	m := letter("1")
	b := &box{now: noon, next: map[uuid.UUID]time.Time{}, done: map[uuid.UUID]bool{}, waiting: []mail.Waiting{{Message: m}}}
	w := &mail.Worker{Outbox: b, Sender: s, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler)}
	for b.now.Sub(noon) <= 3*24*time.Hour {
		require.NotContains(t, b.done, m.ID)
		require.NoError(t, w.Round(t.Context()))
		next := b.next[m.ID]
		require.True(t, next.After(b.now) && !next.After(b.now.Add(time.Hour)), "tried again within the hour")
		b.now = next
	}
	require.NoError(t, w.Round(t.Context()))
	require.True(t, b.done[m.ID], "after three days it is given up, and said")
}

func TestTheWorkerEndsWhenItIsAskedTo(t *testing.T) {
	p := open(t, false)
	s, err := mail.NewSMTP("smtp://"+p.addr, from, p.roots)
	require.NoError(t, err)
	b := &box{now: noon, next: map[uuid.UUID]time.Time{}, done: map[uuid.UUID]bool{}, idle: make(chan struct{}), waiting: []mail.Waiting{{Message: letter("1")}}}
	w := &mail.Worker{Outbox: b, Sender: s, Now: func() time.Time { return b.now }, Log: slog.New(slog.DiscardHandler)}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	<-b.idle
	end()
	require.NoError(t, <-ended)
	require.Len(t, p.letters(), 1)
}
