package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	apipnr "github.com/openbmis/openbmis/api_pnr"
	"github.com/openbmis/openbmis/api_pnr/cusres"
	"github.com/openbmis/openbmis/api_pnr/intake/client"
	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/message"
	"github.com/openbmis/openbmis/internal/bus/gate"
)

// carrierLine is how a carrier reaches the State's door.
type carrierLine struct {
	Carrier     string `required:"" help:"The carrier's designator."`
	URL         string `required:"" name:"url" help:"tls://HOST:PORT (NATS) or https://HOST[:PORT]."`
	Credentials string `type:"existingfile" help:"With NATS: the credentials file that the State gave."`
	Certificate string `type:"existingfile" help:"With HTTPS: the certificate that the State signed."`
	Key         string `type:"existingfile" help:"With HTTPS: the key of the certificate."`
	CA          string `name:"ca" type:"existingfile" help:"Root certificate (PEM) of the State; else those of this machine are trusted."`
	ServerName  string `help:"What the server's certificate says, when that is not the host of --url."`
}

func (l carrierLine) sender(a *app, after uint64) (client.Sender, error) {
	roots, err := l.roots()
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(l.URL, "https://") {
		if l.Certificate == "" || l.Key == "" {
			return nil, usageError{errors.New("https: expected --certificate and --key")}
		}
		pair, err := tls.LoadX509KeyPair(l.Certificate, l.Key)
		if err != nil {
			return nil, err
		}
		return client.NewHTTPS(client.HTTPSConfig{URL: l.URL, Certificate: pair, RootCAs: roots, ServerName: l.ServerName, After: after}), nil
	}
	if l.Credentials == "" {
		return nil, usageError{errors.New("NATS: expected --credentials")}
	}
	return client.Dial(gate.ClientConfig{
		URL: l.URL, Carrier: l.Carrier, Credentials: l.Credentials, RootCAs: roots, ServerName: l.ServerName,
		Log: slog.New(slog.NewTextHandler(a.Err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
}

func (l carrierLine) roots() (*x509.CertPool, error) {
	if l.CA == "" {
		return nil, nil //nolint:nilnil // nil trusts the machine's roots (crypto/tls)
	}
	text, err := os.ReadFile(l.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: expected certificates in PEM", l.CA)
	}
	return pool, nil
}

type carrierSend struct {
	carrierLine
	Files       []string      `arg:"" name:"file" help:"Messages, one a file (EDIFACT or XML)."`
	Interactive bool          `help:"Ask whether the travellers may board, and print the State's answer."`
	Kind        string        `enum:"auto,paxlst,pnrgov,pnrgov-xml" default:"auto" help:"What the files are: ${enum}."`
	Key         string        `name:"idempotency-key" help:"Key of the message; of one file only. Sent again under it, it counts once."`
	Within      time.Duration `default:"4s" help:"With --interactive: until when the answer is of use."`
	GiveUp      time.Duration `default:"5m" help:"How long to try, while the State cannot be reached."`
}

// Run sends the files one after the other; the first that is refused ends it.
func (c carrierSend) Run(ctx context.Context, a *app) error {
	if c.Key != "" && len(c.Files) > 1 {
		return usageError{errors.New("--idempotency-key: expected one file with it")}
	}
	sender, err := c.sender(a, 0)
	if err != nil {
		return admitted(err)
	}
	defer sender.Close()
	for _, file := range c.Files {
		if err := c.send(ctx, a, sender, file); err != nil {
			return admitted(fmt.Errorf("%s: %w", file, err))
		}
	}
	return nil
}

// exitDenied is the exit code of a carrier whom the State does not admit with what it shows: trying again does not help.
const exitDenied = 3

// admitted gives an error that the State does not admit the carrier the exit code of its own.
func admitted(err error) error {
	var denied *client.Denied
	if errors.As(err, &denied) {
		return answer{err, exitDenied}
	}
	return err
}

func (c carrierSend) send(ctx context.Context, a *app, sender client.Sender, file string) error {
	body, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if c.Interactive {
		answer, err := sender.Check(ctx, body, c.Within)
		if err != nil {
			return err
		}
		return a.say("%s", answer)
	}
	kind := client.Kind(c.Kind)
	if c.Kind == "auto" {
		kind = client.KindOf(body)
	}
	ctx, cancel := context.WithTimeout(ctx, c.GiveUp)
	defer cancel()
	receipt, err := sender.Send(ctx, kind, c.Key, body)
	if err != nil {
		return err
	}
	return json.NewEncoder(a.Out).Encode(struct {
		File string `json:"file"`
		apipnr.Receipt
	}{file, receipt})
}

// Help is shown by bmis carrier send --help.
func (carrierSend) Help() string {
	return "Exit codes: 0 every file is at the State, 1 a file was refused or the State could not be reached, 2 wrong use, " +
		"3 the State does not admit the carrier with this credential or certificate."
}

type carrierListen struct {
	carrierLine
	Acknowledge bool   `default:"true" negatable:"" help:"Acknowledge unsolicited messages (CUSRES 312)."`
	Count       int    `help:"End after so many; 0 goes on."`
	After       uint64 `help:"With HTTPS: the sequence after which to begin."`
}

// Run prints what the State sends, one JSON object a line, until it is interrupted. What was printed and acknowledged does not come again
// over NATS.
func (c carrierListen) Run(ctx context.Context, a *app) error {
	sender, err := c.sender(a, c.After)
	if err != nil {
		return admitted(err)
	}
	defer sender.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	taken := 0
	err = sender.Listen(ctx, func(in client.Incoming) error {
		if err := c.take(ctx, a, sender, in); err != nil {
			return err
		}
		if taken++; taken == c.Count {
			cancel()
		}
		return nil
	})
	return admitted(err)
}

func (c carrierListen) take(ctx context.Context, a *app, sender client.Sender, in client.Incoming) error {
	kind := "notice"
	if in.Unsolicited {
		kind = "unsolicited"
	}
	err := json.NewEncoder(a.Out).Encode(map[string]any{"id": in.ID, "kind": kind, "at": in.At, "body": string(in.Body)})
	if err != nil || !in.Unsolicited || !c.Acknowledge {
		return err
	}
	for _, status := range message.Read(in.Body).Messages {
		if status.Function != apipnr.StatusChange {
			continue
		}
		text, err := cusres.Write(cusres.Acknowledge(status), a.Now())
		if err != nil {
			return fmt.Errorf("acknowledge %s: %w", in.ID, err)
		}
		err = sender.Acknowledge(ctx, text)
		if refusal := new(door.Refusal); errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
			continue // the State holds it no more: nobody waits for the word, and what comes behind it must not
		}
		if err != nil {
			return fmt.Errorf("acknowledge %s: %w", in.ID, err)
		}
	}
	return nil
}
