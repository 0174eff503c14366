package gate

import (
	"fmt"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// Limits bound what one carrier may do at once. Zero is the default.
type Limits struct {
	Connections   int // open at once
	Subscriptions int // of all its connections
	Payload       int // largest message, bytes; never above MaxPayload
}

// The defaults of Limits.
const (
	DefaultConnections   = 16
	DefaultSubscriptions = 256
)

func (l Limits) orDefault() Limits {
	if l.Connections <= 0 {
		l.Connections = DefaultConnections
	}
	if l.Subscriptions <= 0 {
		l.Subscriptions = DefaultSubscriptions
	}
	if l.Payload <= 0 || l.Payload > MaxPayload {
		l.Payload = MaxPayload
	}
	return l
}

// Carrier is a carrier's account as it is to be from now on.
type Carrier struct {
	Code   string
	Limits Limits
	// Shut says that the carrier may not come in at all.
	Shut bool
	// Revoked are the public keys of credentials that are taken back, with the instant of it.
	Revoked map[string]time.Time
}

// forEver is later than anything that is ever signed.
var forEver = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

// carrierClaims is the JWT of a carrier's account.
func (k *Keys) carrierClaims(c Carrier) (string, *jwt.AccountClaims, error) {
	pair, err := k.account(c.Code)
	if err != nil {
		return "", nil, err
	}
	public, err := publicOf(pair)
	if err != nil {
		return "", nil, err
	}
	claims := jwt.NewAccountClaims(public)
	claims.Name = c.Code
	limit(claims, c.Limits.orDefault())
	for key := range c.Revoked { // for ever: no key is given twice, and the clocks of two machines need not agree
		claims.RevokeAt(key, forEver)
	}
	if c.Shut {
		claims.Limits.Conn, claims.Limits.Subs = 0, 0
		claims.RevokeAt(jwt.All, forEver)
	} else if err := k.addImports(claims, c.Code); err != nil {
		return "", nil, err
	}
	text, err := k.sign(claims)
	return text, claims, err
}

func limit(claims *jwt.AccountClaims, l Limits) {
	claims.Limits.Conn, claims.Limits.Subs, claims.Limits.Payload = int64(l.Connections), int64(l.Subscriptions), int64(l.Payload)
	claims.Limits.LeafNodeConn, claims.Limits.Exports, claims.Limits.WildcardExports, claims.Limits.DisallowBearer = 0, 0, false, true
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{} // none: its streams are the gate's
}

// addImports gives the account its own parts of the gate's subjects, each with the gate's activation.
func (k *Keys) addImports(claims *jwt.AccountClaims, carrier string) error {
	gate, err := publicOf(k.gate)
	if err != nil {
		return err
	}
	for _, r := range requests(carrier) {
		activation := jwt.NewActivationClaims(claims.Subject)
		activation.ImportSubject, activation.ImportType = jwt.Subject(r.subject), jwt.Service
		token, err := activation.Encode(k.gate)
		if err != nil {
			return fmt.Errorf("activate %s: %w", r.subject, err)
		}
		claims.Imports.Add(&jwt.Import{
			Name: r.subject, Subject: jwt.Subject(r.subject), LocalSubject: jwt.RenamingSubject(local(r.subject)),
			Account: gate, Type: jwt.Service, Token: token,
		})
	}
	return nil
}

// gateClaims is the JWT of the account to which streams and subjects belong.
func (k *Keys) gateClaims() (string, *jwt.AccountClaims, error) {
	public, err := publicOf(k.gate)
	if err != nil {
		return "", nil, err
	}
	claims := jwt.NewAccountClaims(public)
	claims.Name = "gate"
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{
		MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit,
	}
	for _, e := range exports() {
		kind := jwt.ResponseType(jwt.ResponseTypeSingleton)
		if e.stream {
			kind = jwt.ResponseTypeStream
		}
		claims.Exports.Add(&jwt.Export{
			Name: e.subject, Subject: jwt.Subject(e.subject), Type: jwt.Service, TokenReq: true, ResponseType: kind,
		})
	}
	text, err := k.sign(claims)
	return text, claims, err
}

func (k *Keys) systemClaims() (string, *jwt.AccountClaims, error) {
	public, err := publicOf(k.system)
	if err != nil {
		return "", nil, err
	}
	claims := jwt.NewAccountClaims(public)
	claims.Name = "system"
	text, err := k.sign(claims)
	return text, claims, err
}

// sign refuses claims that the server would refuse, and signs them as the operator.
func (k *Keys) sign(claims *jwt.AccountClaims) (string, error) {
	results := jwt.CreateValidationResults()
	claims.Validate(results)
	if errs := results.Errors(); len(errs) > 0 {
		return "", fmt.Errorf("account %s: %w", claims.Name, errs[0])
	}
	text, err := claims.Encode(k.operator)
	if err != nil {
		return "", fmt.Errorf("account %s: %w", claims.Name, err)
	}
	return text, nil
}

// Credential is what lets a carrier's program in. File holds its secret; it is given once and kept nowhere.
type Credential struct {
	PublicKey string // by which it is listed and revoked
	File      []byte // as NATS clients read it: JWT and seed
	Expires   time.Time
}

// Issue makes a credential for a carrier, good until expires.
func (k *Keys) Issue(carrier string, expires time.Time) (Credential, error) {
	account, err := k.account(carrier)
	if err != nil {
		return Credential{}, err
	}
	user, err := nkeys.CreatePairWithRand(nkeys.PrefixByteUser, k.random)
	if err != nil {
		return Credential{}, fmt.Errorf("credential of %s: %w", carrier, err)
	}
	defer user.Wipe()
	public, err := publicOf(user)
	if err != nil {
		return Credential{}, err
	}
	text, err := userClaims(carrier, public, expires).Encode(account)
	if err != nil {
		return Credential{}, fmt.Errorf("credential of %s: %w", carrier, err)
	}
	seed, err := user.Seed()
	if err != nil {
		return Credential{}, fmt.Errorf("credential of %s: %w", carrier, err)
	}
	file, err := jwt.FormatUserConfig(text, seed)
	if err != nil {
		return Credential{}, fmt.Errorf("credential of %s: %w", carrier, err)
	}
	return Credential{PublicKey: public, File: file, Expires: expires}, nil
}

// userClaims are a carrier's rights within its account, which are again no more than its own subjects and its own inbox.
func userClaims(carrier, public string, expires time.Time) *jwt.UserClaims {
	claims := jwt.NewUserClaims(public)
	claims.Name = carrier
	if !expires.IsZero() {
		claims.Expires = expires.Unix()
	}
	for _, r := range requests(carrier) {
		claims.Pub.Allow.Add(local(r.subject))
	}
	claims.Sub.Allow.Add(InboxPrefix(carrier) + ".>")
	return claims
}

// insider is a user of one of our own accounts, made anew at each connection.
func insider(name string, account nkeys.KeyPair) (jwtText string, user nkeys.KeyPair, err error) {
	if user, err = nkeys.CreateUser(); err != nil {
		return "", nil, fmt.Errorf("user %s: %w", name, err)
	}
	public, err := publicOf(user)
	if err != nil {
		return "", nil, err
	}
	claims := jwt.NewUserClaims(public)
	claims.Name = name
	jwtText, err = claims.Encode(account)
	if err != nil {
		return "", nil, fmt.Errorf("user %s: %w", name, err)
	}
	return jwtText, user, nil
}
