package gate

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
)

// RemoteConfig is how the centre dials an external cluster for carriers. The cluster trusts our operator (see OperatorConfig), so that
// accounts are made and changed from here all the same.
type RemoteConfig struct {
	URL string
	// Credentials is the file of the gate's user; "": one is signed with our own keys at each start.
	Credentials string
	Keys        *Keys
	TLS         *tls.Config // nil trusts the machine's roots
	Log         *slog.Logger
}

// Remote is an external cluster as carriers' door.
type Remote struct {
	keys         *Keys
	conn, system *nats.Conn
	mu           sync.Mutex
}

const remoteWithin = 10 * time.Second

// DialRemote connects to the cluster and gives it our accounts.
func DialRemote(config RemoteConfig) (*Remote, error) {
	r := &Remote{keys: config.Keys}
	secure := config.TLS
	if secure == nil {
		secure = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	text, user, err := insider("centre (accounts)", config.Keys.system)
	if err != nil {
		return nil, err
	}
	r.system, err = nats.Connect(config.URL, append(common("carriers' accounts", config.Log), nats.Secure(secure),
		nats.UserJWT(func() (string, error) { return text, nil }, user.Sign))...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s for accounts: %w", config.URL, err)
	}
	text, _, err = config.Keys.gateClaims()
	if err == nil {
		err = r.push(text)
	}
	if err == nil {
		err = r.dialGate(config, secure)
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Remote) dialGate(config RemoteConfig, secure *tls.Config) error {
	options := append(common("gate", config.Log), nats.Secure(secure))
	if config.Credentials != "" {
		options = append(options, nats.UserCredentials(config.Credentials))
	} else {
		text, user, err := insider("gate", config.Keys.gate)
		if err != nil {
			return err
		}
		options = append(options, nats.UserJWT(func() (string, error) { return text, nil }, user.Sign))
	}
	var err error
	if r.conn, err = nats.Connect(config.URL, options...); err != nil {
		return fmt.Errorf("connect to %s: %w", config.URL, err)
	}
	return nil
}

// Conn is the gate's own connection.
func (r *Remote) Conn() *nats.Conn { return r.conn }

// Update makes carriers' accounts what is given, at the cluster, which cuts those that are revoked.
func (r *Remote) Update(carriers ...Carrier) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range carriers {
		text, _, err := r.keys.carrierClaims(c)
		if err != nil {
			return err
		}
		if err := r.push(text); err != nil {
			return fmt.Errorf("account of %s: %w", c.Code, err)
		}
	}
	return nil
}

// push gives the cluster's resolver an account's JWT (nats-server's $SYS.REQ.CLAIMS.UPDATE).
func (r *Remote) push(text string) error {
	answer, err := r.system.Request("$SYS.REQ.CLAIMS.UPDATE", []byte(text), remoteWithin)
	if err != nil {
		return fmt.Errorf("give the cluster an account: %w", err)
	}
	var told struct {
		Error *struct{ Description string } `json:"error"`
	}
	if err := json.Unmarshal(answer.Data, &told); err != nil {
		return fmt.Errorf("give the cluster an account: answer: %w", err)
	}
	if told.Error != nil {
		return errors.New("give the cluster an account: " + told.Error.Description)
	}
	return nil
}

// Close ends the connections.
func (r *Remote) Close() {
	for _, conn := range []*nats.Conn{r.conn, r.system} {
		if conn != nil {
			conn.Close()
		}
	}
}

// OperatorConfig is the part of an external cluster's nats-server configuration that makes it trust our operator, with the system's
// account preloaded. It holds no secret.
func (k *Keys) OperatorConfig() (string, error) {
	operator, err := publicOf(k.operator)
	if err != nil {
		return "", err
	}
	text, system, err := k.systemClaims()
	if err != nil {
		return "", err
	}
	claims := jwt.NewOperatorClaims(operator)
	claims.Name, claims.SystemAccount = "OpenBMIS carriers", system.Subject
	signed, err := claims.Encode(k.operator)
	if err != nil {
		return "", fmt.Errorf("operator: %w", err)
	}
	return fmt.Sprintf("operator: %s\nsystem_account: %s\nresolver { type: full, dir: \"jwt\", allow_delete: false }\nresolver_preload { %s: %s }\n",
		signed, system.Subject, system.Subject, text), nil
}
