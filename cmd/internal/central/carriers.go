package central

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/openbmis/openbmis/api_pnr/intake/door"
	"github.com/openbmis/openbmis/api_pnr/intake/folder"
	"github.com/openbmis/openbmis/api_pnr/intake/https"
	"github.com/openbmis/openbmis/internal/bus/gate"
	"github.com/openbmis/openbmis/internal/ca"
	"github.com/openbmis/openbmis/internal/postgres/carrierdb"
	"github.com/openbmis/openbmis/ui/web"
)

// carriersDoor is where carriers meet the centre: their NATS (embedded, or a cluster that trusts our operator) and what is behind it.
type carriersDoor struct {
	store  *carrierdb.Store
	keys   *gate.Keys
	denied *ca.DenyList
	server *gate.Server // nil with an external cluster
	remote *gate.Remote // nil with the embedded server
	conn   *gate.Conn
	door   *door.Door
	shut   sync.Once

	looking sync.Mutex // one look at a time
	mu      sync.RWMutex
	known   map[string]gate.Carrier // as the door knows them
	rates   map[string]int
}

// openCarriers makes what the administrator's page needs; the door itself is opened when everything behind it stands.
func (a *app) openCarriers() (err error) {
	c := &carriersDoor{denied: &ca.DenyList{}, known: map[string]gate.Carrier{}, rates: map[string]int{}}
	if c.keys, err = gate.OpenKeys(filepath.Join(a.cfg.DataDir, "keys", "carriers"), a.tools.Random); err != nil {
		return err
	}
	c.store = carrierdb.New(a.db.DB, c.keys, a.authority, a.tools.Now)
	a.carriers = c
	return nil
}

// openDoor starts the carriers' NATS and the door on it.
func (a *app) openDoor(ctx context.Context) (err error) {
	c := a.carriers
	defer func() {
		if err != nil {
			c.close()
			err = fmt.Errorf("carriers' door: %w", err)
		}
	}()
	carriers, err := c.store.Carriers(ctx)
	if err != nil {
		return err
	}
	if err := a.connectDoor(c, carriers); err != nil {
		return err
	}
	c.door, err = door.Open(ctx, door.Config{
		Conn: c.conn, Keeper: a.keeper, Answerer: a.answerer, Rate: c.rate, Now: a.tools.Now, NewID: a.tools.NewID, Log: a.tools.Log,
		Filter: a.lawFilter,
	})
	if err != nil {
		return err
	}
	c.store.OnChange(func(ctx context.Context, _ string) error { return a.lookAtCarriers(ctx) })
	a.health.Add("carriers", c.ping)
	return a.lookAtCarriers(ctx)
}

// lawFilter is the drop list of the law in force.
func (a *app) lawFilter(body []byte) ([]byte, int) {
	kept, dropped, _ := a.law.Drop.Filter(body)
	return kept, dropped
}

func (a *app) connectDoor(c *carriersDoor, carriers []carrierdb.Carrier) (err error) {
	accounts := make([]gate.Carrier, len(carriers))
	for i, one := range carriers {
		accounts[i] = one.Account(a.tools.Now())
	}
	if url := a.cfg.Carriers.URL; url != "" {
		c.remote, err = gate.DialRemote(gate.RemoteConfig{URL: url, Credentials: a.cfg.Carriers.Credentials, Keys: c.keys, Log: a.tools.Log})
		if err != nil {
			return err
		}
		c.conn = c.remote.Conn()
		return c.remote.Update(accounts...)
	}
	c.server, err = gate.Start(gate.ServerConfig{
		Listen: a.cfg.Carriers.Listen, Certificate: func() (*tls.Certificate, error) { return a.certificate.Current(), nil },
		ClientCAs: a.authority.Roots(), Keys: c.keys, StoreDir: filepath.Join(a.cfg.DataDir, "carriers"), Name: "carriers", Log: a.tools.Log,
	}, accounts)
	if err != nil {
		return err
	}
	c.conn, err = c.server.Connect(Name, a.tools.Log)
	return err
}

// lookAtCarriers makes the door what the database says: accounts, limits, what was taken back. When it returns, who is to be out is out.
func (a *app) lookAtCarriers(ctx context.Context) error {
	c := a.carriers
	c.looking.Lock()
	defer c.looking.Unlock()
	list, err := c.store.Carriers(ctx)
	if err != nil {
		return err
	}
	rates, serials := make(map[string]int, len(list)), []string(nil)
	var changed []gate.Carrier
	for _, one := range list {
		rates[one.Code] = one.Rate
		for _, cert := range one.Certificates {
			if one.Shut() || !cert.DeniedAt.IsZero() {
				serials = append(serials, cert.Serial)
			}
		}
		if account := one.Account(a.tools.Now()); c.differs(account) {
			changed = append(changed, account)
		}
	}
	c.denied.Replace(serials)
	c.mu.Lock()
	c.rates = rates
	c.mu.Unlock()
	for _, account := range changed {
		if err := c.update(ctx, account); err != nil {
			return err
		}
	}
	return nil
}

func (c *carriersDoor) differs(account gate.Carrier) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	before, known := c.known[account.Code]
	return !known || before.Shut != account.Shut || before.Limits != account.Limits || !maps.Equal(before.Revoked, account.Revoked)
}

func (c *carriersDoor) update(ctx context.Context, account gate.Carrier) (err error) {
	if c.server != nil {
		err = c.server.Update(account)
	} else {
		err = c.remote.Update(account)
	}
	if err == nil {
		err = c.door.Admit(ctx, account.Code)
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[account.Code] = account
	return nil
}

func (c *carriersDoor) rate(carrier string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.rates[carrier]
}

// identify says which carrier a certificate names: one that is known, not shut out, and whose certificate was not taken back.
func (c *carriersDoor) identify(leaf *x509.Certificate) (string, error) {
	code, err := ca.CarrierOf(leaf)
	if err != nil {
		return "", err
	}
	if err := c.denied.Check(leaf); err != nil {
		return "", err
	}
	if !c.admitted(code) {
		return "", ca.ErrDenied
	}
	return code, nil
}

// admitted reports whether a carrier may come in.
func (c *carriersDoor) admitted(code string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	account, known := c.known[code]
	return known && !account.Shut
}

func (c *carriersDoor) ping(context.Context) error {
	if c.conn == nil || !c.conn.IsConnected() {
		return errors.New("not connected to the carriers' NATS")
	}
	return nil
}

// address is where carriers dial the embedded server.
func (c *carriersDoor) address() string {
	if c == nil || c.server == nil {
		return ""
	}
	return c.server.Addr()
}

// close ends the door, which finishes what it has taken, then its connection, then the server.
func (c *carriersDoor) close() {
	c.shut.Do(func() {
		if c.door != nil {
			c.door.Close()
		}
		if c.conn != nil {
			c.conn.Close()
		}
		if c.server != nil {
			c.server.Close()
		}
		if c.remote != nil {
			c.remote.Close()
		}
	})
}

func (a *app) runCarriers(ctx context.Context, behind *errgroup.Group) {
	c := a.carriers
	behind.Go(func() error { return c.store.Watch(ctx, a.lookAtCarriers, a.tools.Log) })
	if a.cfg.Carriers.Folder == "" {
		return
	}
	watch := folder.New(folder.Config{
		Dir: a.cfg.Carriers.Folder, Take: c.door.Take, Filter: a.lawFilter, Raw: a.law.Raw, Known: c.admitted, Now: a.tools.Now, Log: a.tools.Log,
	})
	behind.Go(func() error { return watch.Run(ctx) })
}

// carrierTLS asks those for a carrier's certificate who offer the carriers' protocol or came by a carriers' name; everybody else meets
// what base has for them: browsers are asked for nothing, stations for their own kind.
func (a *app) carrierTLS(base *tls.Config) *tls.Config {
	verify := func(leaf *x509.Certificate) error {
		_, err := a.carriers.identify(leaf)
		return err
	}
	mutual := ca.MutualTLS(a.certificate.GetCertificate, a.authority.Roots(), a.tools.Now, verify)
	mutual.NextProtos = []string{"http/1.1"} // what is spoken; the other is only offered
	config, others := base.Clone(), base.GetConfigForClient
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if strings.HasPrefix(hello.ServerName, https.HostPrefix) || slices.Contains(hello.SupportedProtos, https.Protocol) {
			return mutual, nil
		}
		return others(hello)
	}
	return config
}

// registerCarrierAPI registers the carriers' paths. The certificate is their sign-in, so they are public to the session's eye.
func (a *app) registerCarrierAPI(s *web.Server) {
	var handler http.Handler
	serve := func(c *web.Context) error {
		handler.ServeHTTP(c.Response(), c.Request())
		return nil
	}
	if a.carriers != nil { // nil while only the routes are asked for
		handler = https.Handler(https.Config{Desk: takings{a.carriers}, Identify: a.carriers.identify, Now: a.tools.Now, Log: a.tools.Log})
	}
	for _, r := range [...]struct{ method, path string }{
		{http.MethodPost, https.MessagesPath}, {http.MethodPost, https.CheckPath}, {http.MethodPost, https.AcksPath}, {http.MethodGet, https.NoticesPath},
	} {
		s.HandlePublic(r.method, r.path, serve, web.Machine(), web.MaxBody(1<<40)) // the handler has its own bound, and its own words for it
	}
}
