package abisnats

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"github.com/openbmis/openbmis/biometrics/abis"
)

// Settings are how an outside ABIS is reached, as they stand in the file that BMIS_ABIS names. Files are named from that file's folder.
type Settings struct {
	Name string `json:"name"`
	URL  string `json:"url"` // tls://host:port of the NATS of the ABIS, or of a cluster that both use; several separated by commas
	// CA is the root that the server's certificate hangs on (PEM); empty: the machine's own roots.
	CA string `json:"ca,omitempty"`
	// How we show who we are: a token, a NATS credentials file, or a certificate with its key; one of them.
	Token       string `json:"token,omitempty"`
	Credentials string `json:"credentials,omitempty"`
	Certificate string `json:"certificate,omitempty"`
	Key         string `json:"key,omitempty"`
	// Recipient is the ABIS's certificate or public key (PEM), RSA, that biometrics are sealed for.
	Recipient string `json:"recipient"`
	// Deadline is how long an answer is waited for, such as 30s.
	Deadline string `json:"deadline,omitempty"`
	// TargetFPIR is sent with identifications: 30 for one false candidate list in 1,000 searches; 0: the ABIS's own.
	TargetFPIR int `json:"target_fpir,omitempty"`

	deadline time.Duration
}

// maxSettings bounds the file, and those that it names.
const maxSettings = 1 << 20

// ReadSettings reads the file and says what is wrong with it, field by field.
func ReadSettings(path string) (Settings, error) {
	data, err := readFile(path)
	if err != nil {
		return Settings{}, fmt.Errorf("settings of the ABIS: %w", err)
	}
	var s Settings
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, fmt.Errorf("settings of the ABIS: %s: %w", path, err)
	}
	for _, file := range []*string{&s.CA, &s.Token, &s.Credentials, &s.Certificate, &s.Key, &s.Recipient} {
		if *file != "" && !filepath.IsAbs(*file) {
			*file = filepath.Join(filepath.Dir(path), *file)
		}
	}
	if err := s.check(); err != nil {
		return s, fmt.Errorf("settings of the ABIS: %s: %w", path, err)
	}
	return s, nil
}

func readFile(path string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Clean(path))
	if err == nil && len(data) > maxSettings {
		err = fmt.Errorf("%s: expected at most %d bytes", path, maxSettings)
	}
	return data, err
}

func (s *Settings) check() error {
	ways := 0
	for _, way := range []string{s.Token, s.Credentials, s.Certificate} {
		if way != "" {
			ways++
		}
	}
	switch {
	case s.Name == "" || len(s.Name) > 64:
		return errors.New("name: expected 1 to 64 characters")
	case s.Recipient == "":
		return errors.New("recipient: expected the file of the ABIS's certificate or public key")
	case ways > 1:
		return errors.New("token, credentials, certificate: expected at most one of them")
	case (s.Certificate == "") != (s.Key == ""):
		return errors.New("certificate, key: expected both or none")
	case s.TargetFPIR < 0 || s.TargetFPIR > 100:
		return errors.New("target_fpir: expected 0 to 100")
	}
	for one := range strings.SplitSeq(s.URL, ",") {
		if u, err := url.Parse(strings.TrimSpace(one)); err != nil || u.Scheme != "tls" || u.Host == "" || u.User != nil {
			return errors.New("url: expected tls://host:port, without a name or a password")
		}
	}
	s.deadline = defaultDeadline
	if s.Deadline != "" {
		var err error
		if s.deadline, err = time.ParseDuration(s.Deadline); err != nil || s.deadline < time.Second || s.deadline > time.Hour {
			return errors.New("deadline: expected a time from 1s to 1h")
		}
	}
	return nil
}

// Tools are what a client uses of the world.
type Tools struct {
	Known  func(ctx context.Context, references []uuid.UUID) (unknown []uuid.UUID, err error)
	NewID  func() uuid.UUID
	Now    func() time.Time
	Random io.Reader
	Log    *slog.Logger
}

// Dialled is a client with a connection of its own.
type Dialled struct {
	*Client
	conn *nats.Conn
}

// Dial makes a client by settings. It returns at once also when the ABIS cannot be reached, and goes on trying for ever; what is asked
// meanwhile is abis.ErrAway. Close it.
func Dial(s Settings, tools Tools) (*Dialled, error) {
	data, err := readFile(s.Recipient)
	if err != nil {
		return nil, fmt.Errorf("abis: recipient: %w", err)
	}
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	recipient, err := abis.NewRecipient(data)
	if err != nil {
		return nil, err
	}
	options, err := s.options(tools.Log)
	if err != nil {
		return nil, fmt.Errorf("abis: %w", err)
	}
	conn, err := nats.Connect(s.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("abis: connect: %w", err)
	}
	client, err := NewClient(ClientConfig{
		Conn: conn, Name: s.Name, Recipient: recipient, Deadline: s.deadline, TargetFPIR: s.TargetFPIR,
		Known: tools.Known, NewID: tools.NewID, Now: tools.Now, Random: tools.Random, Log: tools.Log,
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &Dialled{client, conn}, nil
}

// Close ends the connection.
func (d *Dialled) Close() error {
	err := d.Client.Close()
	d.conn.Close()
	return err
}

// options are those of the connection: never give up, never hide a message in a buffer, notice a dead line within seconds.
func (s *Settings) options(log *slog.Logger) ([]nats.Option, error) {
	secure := &tls.Config{MinVersion: tls.VersionTLS13}
	if s.CA != "" {
		root, err := readFile(s.CA)
		if err != nil {
			return nil, fmt.Errorf("ca: %w", err)
		}
		secure.RootCAs = x509.NewCertPool()
		if !secure.RootCAs.AppendCertsFromPEM(root) {
			return nil, errors.New("ca: expected certificates in PEM")
		}
	}
	if s.Certificate != "" {
		own, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		secure.Certificates = []tls.Certificate{own}
	}
	options := []nats.Option{
		nats.Name("centre"), nats.Secure(secure), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(200 * time.Millisecond),
		nats.ReconnectBufSize(-1), nats.PingInterval(2 * time.Second), nats.MaxPingsOutstanding(2), nats.IgnoreAuthErrorAbort(),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("abis: connection", "error", err) }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { log.Info("abis: disconnected", "error", err) }),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("abis: connected") }),
	}
	if s.Credentials != "" {
		options = append(options, nats.UserCredentials(s.Credentials))
	}
	if s.Token != "" {
		token, err := readFile(s.Token)
		if err != nil {
			return nil, fmt.Errorf("token: %w", err)
		}
		options = append(options, nats.Token(strings.TrimSpace(string(token))))
	}
	return options, nil
}
