package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTP sends by a mail server. It is safe for concurrent use: each letter has a connection of its own.
type SMTP struct {
	from, domain string
	host         string
	options      []gomail.Option
}

// smtpTimeout is how long one step of the protocol may take.
const smtpTimeout = 30 * time.Second

// NewSMTP reads the address of a mail server: smtps://USER:PASSWORD@HOST:465 (TLS from the first byte), smtp://USER:PASSWORD@HOST:587 (with
// STARTTLS, without which nothing is sent), or smtp://HOST:25?starttls=off within a trusted network. from is the sender. roots, which may be
// nil for the machine's, are the certificates that the server is believed by.
func NewSMTP(address, from string, roots *x509.CertPool) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		return nil, errors.New("mail server: expected smtp://HOST:PORT or smtps://HOST:PORT") // the address may hold a password
	}
	domain, err := domainOf(from)
	if err != nil {
		return nil, err
	}
	s := &SMTP{from: from, domain: domain, host: u.Hostname()}
	s.options = []gomail.Option{
		gomail.WithTimeout(smtpTimeout), gomail.WithHELO(domain),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.host, RootCAs: roots, MinVersion: tls.VersionTLS12}),
	}
	if err := s.reach(u); err != nil {
		return nil, err
	}
	if password, set := u.User.Password(); set {
		s.options = append(s.options, gomail.WithUsername(u.User.Username()), gomail.WithPassword(password), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	return s, nil
}

// reach sets how the server is reached.
func (s *SMTP) reach(u *url.URL) error {
	port, policy := 587, gomail.TLSMandatory
	switch wish := u.Query().Get("starttls"); {
	case u.Scheme == "smtps":
		port = 465
		s.options = append(s.options, gomail.WithSSL())
	case wish == "off":
		port, policy = 25, gomail.NoTLS
	case wish != "":
		return errors.New("mail server: starttls: expected off, or nothing")
	}
	if text := u.Port(); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("mail server: port: expected a number")
		}
		port = n
	}
	s.options = append(s.options, gomail.WithTLSPolicy(policy), gomail.WithPort(port))
	return nil
}

func domainOf(from string) (string, error) {
	address, err := netmail.ParseAddress(from)
	if err != nil {
		return "", fmt.Errorf("sender %q: expected an address, such as Visa Office <visa@example.org>", from)
	}
	return address.Address[strings.LastIndexByte(address.Address, '@')+1:], nil
}

// Send sends one letter.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	msg, err := compose(m, s.from, s.domain)
	if err != nil {
		return err
	}
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return fmt.Errorf("mail server: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, msg); err != nil {
		return told(err)
	}
	return nil
}

// told says what went wrong without a word that the server said: it repeats addresses.
func told(err error) error {
	var answer *gomail.SendError
	if !errors.As(err, &answer) {
		return errors.New("mail server: no connection")
	}
	fault := fmt.Errorf("mail server: answer %d", answer.ErrorCode())
	if !answer.IsTemp() && answer.ErrorCode() >= 500 {
		return errors.Join(ErrRefused, fault)
	}
	return fault
}
